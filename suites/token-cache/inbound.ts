import * as fc from 'fast-check'
import type { User } from '../../fixtures/world/shapes.ts'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { Forgery } from '../../mocks/idp/forge-token.ts'
import { keyForms } from '../../mocks/idp/forge-token.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, casesFor, freshPairs, manyPairs, owned, present, serves } from './asking.ts'
import { redeemedBy, usesToken } from './after-trust.ts'
import { prompted } from './no-token.ts'

const needs = { ...manyPairs, capabilities: ['inbound'] as const }
const userOf = ({ slice }: Context): User => owned(slice.users[0])

/** The valid form: a caller's own token is accepted. */
const acceptsCaller = async (context: Context) => {
  const answer = await present(context, await context.callersToken(userOf(context)), userOf(context).name)
  if (!answer.accepted)
    throw new Violation('refused', {
      expected: 'the valid token of a caller to be accepted',
      actual: `status ${answer.status}`,
    })
}

const [minute, day] = [60, 86_400]
const secondsOf = ({ clock }: Context) => Math.floor(clock.now() / 1000)
const byIssuer = (claims: Forgery['claims'] & object): Forgery => ({ claims, signed: { by: 'issuer' } })
const endedAgo = (context: Context, seconds: number): Forgery => {
  const end = secondsOf(context) - context.profile.skew - seconds
  return byIssuer({ iat: end - 3600, nbf: end - 3600, exp: end })
}
const beginsIn = (context: Context, seconds: number): Forgery => {
  const begin = secondsOf(context) + context.profile.skew + seconds
  return byIssuer({ iat: begin, nbf: begin, exp: begin + 3600 })
}
const unsigned = (alg: string): Forgery => ({ signed: { by: 'nobody', alg, signature: '' } })

/** Every way in which a caller's token is bad in an example. */
const bad = {
  'is not signed': () => unsigned('none'),
  'was altered': () => ({ claims: { unique_name: 'somebody.else@example.test' }, signed: { by: 'before' } }),
  'is signed by a stranger': () => ({ signed: { by: 'stranger', trick: 'foreign-key' } }),
  'is signed with the public key': () => ({ signed: { by: 'public-key', alg: 'HS256', form: owned(keyForms[0]) } }),
  'has expired': (context) => endedAgo(context, 40 * day),
  'is not valid yet': (context) => beginsIn(context, day),
  'is for somebody else': () => byIssuer({ aud: 'https://graph.windows.net/' }),
  'is of another issuer': () => byIssuer({ iss: 'https://sts.windows.net/33333333-3333-4333-a333-333333333333/' }),
} as const satisfies Record<string, (context: Context) => Forgery>

const nameIn = ({ claims = {} }: Forgery): string | undefined =>
  typeof claims['unique_name'] === 'string' ? claims['unique_name'] : undefined

const refuses = async (context: Context, forgery: Forgery, what: string) => {
  const token = await context.forges(await context.callersToken(userOf(context)), forgery)
  const { accepted, status } = await present(context, token, nameIn(forgery) ?? userOf(context).name)
  if (!accepted && status >= 500) context.note(`refuses with status ${status}; that it lives on was seen from the valid form afterwards`) // prettier-ignore
  if (accepted) throw new Violation('accepted', { expected: `a caller's token that ${what} to be refused`, actual: `status ${status}` }) // prettier-ignore
}

/** Spellings of `none`. */
const nones = fc.constantFrom('none', 'None', 'NONE', 'nOnE').map((alg) => ({ forgery: unsigned(alg), what: 'is not signed' })) // prettier-ignore

/** A bad token of a caller is refused. */
export const verifiesCallers: CacheCheck = {
  id: 'cache.inbound-verified.refused',
  title: 'a bearer token of a caller that is not signed, current, and for the target is refused',
  sends: "callers' tokens without a good signature, out of their time, for another audience, or of another issuer",
  owes: 'a refusal of each, where the token that the directory issued is accepted',
  clauses: ['cache.inbound-verified'],
  applies: ({ inbound }) => (inbound === undefined ? 'a way to present a token' : undefined),
  needs,
  kills: [
    'cache.takes-callers-of-any-signature',
    'cache.takes-unsigned-callers',
    'cache.takes-unsigned-callers-in-capitals',
    'cache.takes-expired-callers',
    'cache.takes-callers-for-another-day',
    'cache.takes-early-callers',
    'cache.takes-callers-for-anybody',
    'cache.takes-audience-of-callers-by-prefix',
    'cache.takes-callers-of-any-issuer',
    'cache.takes-issuer-of-callers-by-prefix',
  ],
  control: acceptsCaller,
  async run(context) {
    await context.each(Object.keys(bad) as (keyof typeof bad)[], (what) => refuses(context, bad[what](context), what))
    const [audience, issuer] = [
      `${context.at.target}/`,
      `https://sts.windows.net/${owned(context.slice.tenants[0]).id}/`,
    ]
    const tails = fc.stringMatching(/^[a-z]{1,8}(?:\.test)?$/)
    const worse = fc.oneof(
      nones,
      fc
        .integer({ min: minute, max: day - minute })
        .map((ago) => ({ forgery: endedAgo(context, ago), what: 'has expired' })),
      tails.map((tail) => ({ forgery: byIssuer({ aud: audience + tail }), what: 'is for somebody else' })),
      tails.map((tail) => ({ forgery: byIssuer({ iss: issuer + tail }), what: 'is of another issuer' })),
      fc
        .integer({ min: minute, max: day })
        .map((ahead) => ({ forgery: beginsIn(context, ahead), what: 'is not valid yet' })),
    )
    await context.forEvery('worse', worse, context.runs, ({ forgery, what }) => refuses(context, forgery, what))
  },
}

/** A caller's token is used for nothing else. */
export const keepsNoCallersToken: CacheCheck = {
  id: 'cache.inbound-not-cached.as-if-never',
  title: 'after a call with a bearer token of their own users are served as if it had never come',
  sends: 'tokens of callers who have no token at a resource, and of callers who have one, and then calls for them',
  owes: 'the trust dialog for who had no token, and the stored token for who had one',
  clauses: ['cache.inbound-not-cached'],
  applies: ({ inbound }) => (inbound === undefined ? 'a way to present a token' : undefined),
  needs,
  kills: ['cache.keeps-callers-tokens', 'cache.keeps-callers-tokens-for-the-last-resource'],
  async control(context) {
    await serves(context)
    await acceptsCaller(context)
  },
  async run(context) {
    const asBefore = async (pair: Pair, trusted: boolean) => {
      const access = trusted ? (await redeemedBy(context, pair)).access : undefined
      const { accepted } = await present(context, await context.callersToken(pair.user), pair.user.name)
      if (!accepted) throw new Inconclusive('undelivered', 'the valid token of a caller was refused')
      if (trusted) await usesToken(context, pair, access, 'a user with a token, who has called with one')
      else prompted(await call(context, pair), 'a user without a token, who has called with one')
    }
    /** The resource of the control, for a user of whom it holds no token. */
    const { slice } = context
    const client = owned(slice.clients.find(({ sharePoint }) => sharePoint))
    await context.each([owned(slice.users[1])], (user) => asBefore({ user, client }, false))
    const fresh = freshPairs(context)
    await context.each([true, false], (trusted) => asBefore(fresh.pair(), trusted))
    const clients = slice.clients.filter(({ sharePoint, id }) => sharePoint && id !== client.id).toReversed()
    const places = fc.tuple(fc.constantFrom(...slice.users.slice(2)), fc.constantFrom(...clients.slice(0, 4)))
    await context.forEvery('places', places, Math.min(30, casesFor(context, 3)), ([user, where]) =>
      asBefore({ user, client: where }, false),
    )
  },
}
