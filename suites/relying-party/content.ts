import * as fc from 'fast-check'
import { resultOf, signed } from '../../fixtures/tampering/tampering.ts'
import type { Genuine } from '../../fixtures/tampering/tampering.ts'
import type { Check } from '../../harness/judge/check.ts'
import { bothSignIn, genuineFor, mustBeNobody, signIn, versionsOf } from './token.ts'
import type { PartyContext } from './visit.ts'
import { answer, needs, sentToBroker, whoami } from './visit.ts'

const [hour, day] = [3_600_000, 86_400_000]

/** Outside of any lawful difference of clocks, in ms. */
const beyondSkew = ({ profile }: PartyContext): number => (Math.max(profile.skew, 600) + 30) * 1_000

/** Signs a changed token in and judges that nobody is. */
const signsNobodyIn = async (
  context: PartyContext,
  change: (genuine: Genuine) => Genuine,
  what: string,
  version?: '1.1' | '2.0',
) => {
  const { identity } = await signIn(context, version ? { version } : {}, undefined, change)
  mustBeNobody(identity, what)
}

/** Any window that does not contain now. */
export const anyWindow: Check<'relying-party'> = {
  id: 'party.rejects-expired.any-age',
  title: 'no token signs anybody in once its validity has ended, however long ago that was and however long it lived',
  sends:
    'rightly signed tokens that ended between eleven minutes and a year ago, after a life of minutes to months, in responses that claim to be valid',
  owes: 'nobody signed in; clocks may differ by as much as the target file says, ten minutes unless it says more',
  clauses: ['party.rejects-expired'],
  attacks: ['SAM-01', 'WSF-29'],
  needs,
  kills: [
    'party.ignores-window',
    'party.believes-for-a-day',
    'party.believes-lifetime-of-response',
    'party.believes-for-twenty-minutes',
  ],
  control: bothSignIn,
  async run(context) {
    const ended = async ({ ago, life }: { ago: number; life: number }) =>
      signsNobodyIn(
        context,
        (genuine) => {
          const notOnOrAfter = genuine.assertion.issuedAt - ago
          const window = { notBefore: notOnOrAfter - life, notOnOrAfter }
          return { ...genuine, assertion: { ...genuine.assertion, issuedAt: window.notBefore, ...window } }
        },
        `a token that ended ${Math.round(ago / 60_000)} minutes ago`,
      )
    await context.each(
      [
        { ago: hour, life: 8 * hour },
        { ago: 2 * day, life: 8 * hour },
      ],
      ended,
    )
    const near = fc.integer({ min: 0, max: 300_000 }).map((more) => beyondSkew(context) + more)
    const ago = fc.oneof(near, fc.integer({ min: beyondSkew(context), max: 365 * day }))
    const life = fc.integer({ min: 60_000, max: 90 * day })
    await context.forEvery('age', fc.record({ ago, life }), Math.ceil(context.runs / 2), ended)
  },
}

/** The realm of the users of the party is one. */
export const otherRealm: Check<'relying-party'> = {
  id: 'party.rejects-foreign-realm.tenant',
  title: 'nobody of another realm signs in, whatever their token says beside',
  sends:
    'rightly signed tokens that name another realm than the one that the party serves: any other, one of almost the same name, two of them, or none',
  owes: 'nobody signed in by any of them',
  clauses: ['party.rejects-foreign-realm'],
  needs,
  kills: ['party.ignores-realm', 'party.takes-first-realm', 'party.compares-realm-by-prefix'],
  control: bothSignIn,
  async run(context) {
    const { claim, id: own } = context.broker.tenant
    const naming = (values: readonly string[]) => (genuine: Genuine) => ({
      ...genuine,
      assertion: {
        ...genuine.assertion,
        claims: genuine.assertion.claims.map((one) => (one.type === claim ? { ...one, values } : one)),
      },
    })
    const other = async (values: string[]) =>
      signsNobodyIn(context, naming(values), `a token of the realm ${values.join(' and ')}`)
    const stranger = '00000000-0000-4000-8000-000000000000'
    await context.each([[stranger], [own, stranger]], other)
    const near = fc.oneof(
      fc.uuid(),
      fc.nat({ max: own.length - 1 }).map((at) => own.slice(0, at) + (own[at] === '0' ? '1' : '0') + own.slice(at + 1)),
      fc.constantFrom(`${own}0`, own.slice(0, -1), `${own} `, `x${own}`),
    )
    await context.forEvery(
      'realm',
      near.map((id) => [id]),
      Math.ceil(context.runs / 2),
      other,
    )
  },
}

/** A token is used once. */
export const replayedResult: Check<'relying-party'> = {
  id: 'party.rejects-replay.other-browser',
  title: 'a result that has signed somebody in signs nobody in a second time, from another browser',
  sends: 'a valid result, and the same once more in a visit from another browser, with ids of tokens of many lengths',
  owes: 'no session in the second browser (advice: many lawful parties keep no record)',
  clauses: ['party.rejects-replay'],
  attacks: ['SAM-15'],
  needs,
  kills: [
    'party.accepts-replays',
    'party.forgets-long-ids',
    'party.remembers-audience',
    'party.ignores-replays-of-long-ids',
  ],
  control: bothSignIn,
  async run(context) {
    const again = async ({ version, id }: { version: '1.1' | '2.0'; id: string }) => {
      const visit = await sentToBroker(context)
      const genuine = genuineFor(context, { version })
      const said = { ...genuine, assertion: { ...genuine.assertion, id: `${genuine.assertion.id}${id}` } }
      const result = resultOf(said, await signed(said))
      await answer(context, visit, result)
      if ((await whoami(context, visit.browser)) === undefined)
        return context.note('the valid result of a replay did not sign anybody in at first')
      const second = await sentToBroker(context)
      await answer(context, second, result)
      mustBeNobody(await whoami(context, second.browser), 'a result that was used before')
    }
    const versions = versionsOf(context)
    await context.each(
      versions.map((version) => ({ version, id: '' })),
      again,
    )
    const ids = fc.integer({ min: 0, max: 200 }).map((length) => 'a'.repeat(length))
    const made = fc.record({ version: fc.constantFrom(...versions), id: ids })
    await context.forEvery('id', made, Math.ceil(context.runs / 4), again)
  },
}

/** The response around a token is not signed, and says nothing that counts. */
export const unsignedAudience: Check<'relying-party'> = {
  id: 'party.rejects-foreign-audience.any-name',
  title:
    'no token for another party signs anybody in, however alike the names are and whatever the response around it claims',
  sends:
    'rightly signed tokens for other audiences, many of them almost the realm of the party, in responses that apply to the party',
  owes: 'nobody signed in by any of them',
  clauses: ['party.rejects-foreign-audience'],
  attacks: ['SAM-07', 'WSF-13', 'WSF-28'],
  needs,
  kills: ['party.ignores-audience', 'party.believes-applies-to', 'party.compares-audience-by-prefix'],
  control: bothSignIn,
  async run(context) {
    const [first, second] = context.registered
    const realm = first?.realm ?? ''
    const forAnother = async (audience: string) =>
      signsNobodyIn(
        context,
        (genuine) => ({ ...genuine, assertion: { ...genuine.assertion, audiences: [[audience]] } }),
        `a token for ${audience}`,
      )
    await context.each(['urn:somewhere:else', 'https://stranger.test/', ...(second ? [second.realm] : [])], forAnother)
    const near = fc.oneof(
      fc.constantFrom('x', '.evil.example', 'admin/', '%20', '?x').map((more) => realm + more),
      fc.nat({ max: Math.max(0, realm.length - 2) }).map((at) => `${realm.slice(0, at)}~${realm.slice(at + 1)}`),
      fc.webUrl(),
    )
    await context.forEvery('audience', near, Math.ceil(context.runs / 2), forAnother)
  },
}

/** The same for tokens that begin later. */
export const anyStart: Check<'relying-party'> = {
  id: 'party.rejects-early.any-start',
  title: 'no token signs anybody in before its validity begins, however soon that is',
  sends: 'rightly signed tokens that begin between eleven minutes and a month from now',
  owes: 'nobody signed in by any of them',
  clauses: ['party.rejects-early'],
  attacks: ['SAM-02'],
  needs,
  kills: ['party.ignores-window', 'party.ignores-start', 'party.takes-tokens-of-today'],
  control: bothSignIn,
  async run(context) {
    const begins = async (ahead: number) =>
      signsNobodyIn(
        context,
        (genuine) => {
          const notBefore = genuine.assertion.issuedAt + ahead
          return { ...genuine, assertion: { ...genuine.assertion, notBefore, notOnOrAfter: notBefore + 8 * hour } }
        },
        `a token that begins in ${Math.round(ahead / 60_000)} minutes`,
      )
    await context.each([hour, 30 * day], begins)
    const near = fc.integer({ min: 0, max: 300_000 }).map((more) => beyondSkew(context) + more)
    const ahead = fc.oneof(near, fc.integer({ min: beyondSkew(context), max: 30 * day }))
    await context.forEvery('start', ahead, Math.ceil(context.runs / 2), begins)
  },
}
