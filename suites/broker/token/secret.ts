import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { issuedIn } from '../../../harness/record/issued.ts'
import { readingsOf } from '../../../harness/record/readings.ts'
import { textOf, urlOf } from '../../../protocols/wire.ts'
import { grantsOf } from './grants.ts'
import type { Attempt, Change, Redeemed } from './request.ts'
import { byCode, carries, firstOf, redeemsWith, registeredRedeems, shareOf, speaksRedeem, told, validRedeem, redeem, waysOf } from './request.ts' // prettier-ignore

const shape = { ...single, clientsPerTenant: 2 }
const needs = { capabilities: [], shape, scope: 'slice' } as const

/** The secrets of the slice's clients, as a text may have them. */
const secretsOf = ({ slice }: Context): string[] =>
  slice.clients.flatMap(({ secret }) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])

/** The request upstream that carries one of these texts, in whatever place of it; a Basic header is looked into. */
export const carrierOf = (sent: readonly Exchange[], secrets: readonly string[]): Exchange | undefined =>
  sent.find(({ request }) =>
    standsIn(`${urlOf(request)}\n${request.headers.flat().join('\n')}\n${textOf(request)}`, secrets),
  )

/** Which of these texts stands in a message, as it is or encoded. */
const standsIn = (text: string, secrets: readonly string[]): boolean =>
  secrets.some((secret) => text.includes(secret)) ||
  [...readingsOf(text)].some((reading) => secrets.some((secret) => reading.includes(secret)))

/** Whatever must be refused, by what is wrong with it. */
const wrongs = (context: Context): Record<string, Change> => {
  const foreign = `stranger-${context.slice.tag}.test`
  const others = context.slice.clients.filter(({ id }) => id !== firstOf(context).client.id)
  return {
    client: { clientId: '00000000-0000-4000-8000-000000000000' },
    uri: { redirectUri: `https://${foreign}/callback` },
    both: { clientId: `stranger-${context.slice.tag}`, redirectUri: `https://${foreign}/` },
    'other-uri': { redirectUri: others[0]?.redirectUris[0] ?? '' },
  }
}

/**
 * Judges that no secret was used for a request, or is later: neither one of the slice's clients, nor whosesoever in a grant with what
 * the request gave.
 *
 * @throws Violation of kind `secret-used`
 */
const keepsSecret = (context: Context, redeemed: Redeemed, what: string) => {
  const usedIn = (sent: readonly Exchange[]) => {
    const used = carrierOf(sent, secretsOf(context))?.request.rawPath.split('?', 1)[0]
    const path = used ?? grantsOf({ ...redeemed, sent }).find(({ secret }) => secret !== '')?.path
    if (path === undefined) return undefined
    return new Violation('secret-used', {
      expected: `no use of a client secret for a request with ${what}`,
      actual: `a request to ${path} that carries one; ${told(redeemed)}`,
    })
  }
  const violation = usedIn(redeemed.sent)
  if (violation) throw violation
  for (const given of redeemed.given) context.afterwards(given, (exchange) => usedIn([exchange]))
}

/** The secret is for validated requests alone. */
export const onlyAfterValidation: Check = {
  id: 'token.secret-only-after-validation.refused',
  title: 'no token request that has to be refused leads to a request with a client secret',
  sends: 'redemptions and renewals, valid but for client, redirect URI or both',
  owes: 'nothing upstream that carries a client secret',
  clauses: ['token.secret-only-after-validation'],
  applies: redeemsWith('clientId', 'redirectUri'),
  needs,
  kills: [
    'broker.validates-after-granting',
    'broker.validates-renewals-after-granting',
    'broker.redeems-for-any-redirect-uri',
    'broker.redeems-for-strangers-as-first-client',
    'broker.grants-as-itself-without-awaiting',
  ],
  control: registeredRedeems,
  async run(context) {
    const known = Object.entries(wrongs(context))
    const attempt = byCode(context)
    await context.each(known, async ([what, change]) => keepsSecret(context, await attempt(change), `a wrong ${what}`))
    const strangers = label.map((sub) => ({
      redirectUri: `https://${sub}.stranger-${context.slice.tag}.test/callback`,
    }))
    const ways = await waysOf(context, 'clientId')
    for (const [index, [name, way]] of ways.entries()) {
      const anyClient = fc.constantFrom(
        ...known.flatMap(([, change]) => (change.clientId === undefined ? [] : [change])),
      )
      const any = carries(context.dialect, name, 'redirectUri')
        ? fc.oneof(fc.constantFrom(...known.map(([, change]) => change)), strangers)
        : anyClient
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, any, share, async (change) =>
        keepsSecret(context, await way(change), 'a wrong client or redirect URI'),
      )
    }
  },
}

/** The caller has no secret, and what it says is none. */
export const callersSecret: Check = {
  id: 'token.secret-never-leaves.callers-secret',
  title: 'a ClientSecret of the caller is never forwarded',
  sends: "valid redemptions and renewals with a ClientSecret of one or several words, which is nobody's",
  owes: 'a token by the configured secret, or a refusal; the ClientSecret of the caller goes nowhere',
  clauses: ['token.secret-never-leaves'],
  applies: redeemsWith('clientSecret'),
  needs,
  kills: ['broker.forwards-callers-secret', 'broker.forwards-callers-secret-of-renewals'],
  control: registeredRedeems,
  async run(context) {
    const tryWith = async (attempt: Attempt, clientSecret: string) => {
      const { sent } = await attempt({ clientSecret })
      const carrying = carrierOf(sent, [clientSecret, encodeURIComponent(clientSecret)])
      if (carrying === undefined) return
      throw new Violation('forwarded', {
        expected: "no request upstream with the caller's ClientSecret",
        actual: `one to ${carrying.request.rawPath.split('?', 1)[0]}`,
      })
    }
    const { tag } = context.slice
    await context.each([`guess-${tag}`], (secret) => tryWith(byCode(context), secret))
    const words = fc.array(label, { minLength: 1, maxLength: 3 }).map((parts) => `guess-${tag}-${parts.join('-')}`)
    const ways = await waysOf(context, 'clientSecret')
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 5), ways.length, index)
      await context.forEvery(name, words, share, (secret) => tryWith(way, secret))
    }
  },
}

/** The texts of the target's own answers, without what was issued to the party. */
const answersOf = ({ journey, sent }: Redeemed): string => {
  const issued = sent.flatMap(({ response }) => (response ? issuedIn(response) : []))
  const text = journey
    .filter(({ from, to }) => to === 'target' || from === 'target')
    .map(({ response }) => (response ? `${response.headers.flat().join('\n')}\n${textOf(response)}` : ''))
    .join('\n')
  return issued.reduce((rest, token) => rest.replaceAll(token, ' '), text)
}

/** The secret exists on the broker only. */
export const inAnswers: Check = {
  id: 'token.secret-never-leaves.answers',
  title: 'no answer to a token request contains a client secret',
  sends:
    'valid redemptions and renewals with states of many forms, and redemptions with a wrong client, redirect URI or code, or whose token endpoint fails',
  owes: 'answers without any client secret, encoded or not',
  clauses: ['token.secret-never-leaves'],
  applies: speaksRedeem,
  needs,
  kills: ['broker.hands-over-client-secret', 'broker.hands-over-secret-with-long-states'],
  control: registeredRedeems,
  async run(context) {
    const require = (redeemed: Redeemed) => {
      if (!standsIn(answersOf(redeemed), secretsOf(context))) return
      throw new Violation('secret', {
        expected: 'no client secret in any answer',
        actual: `one beside ${told(redeemed)}`,
      })
    }
    const attempt = byCode(context)
    const changes: Change[] = [{}, ...Object.values(wrongs(context))]
    await context.each(changes, async (change) => require(await attempt(change)))
    await context.each([`invented-${context.slice.tag}`], async (code) =>
      require(await redeem(context, { ...(await validRedeem(context)), code })),
    )
    await context.each(['fails'], async () => {
      const valid = await validRedeem(context)
      context.hostile('idp.token-endpoint-fails')
      require(await redeem(context, valid))
      context.hostile()
    })
    const { client } = firstOf(context)
    const [short, long] = [{ minLength: 1, maxLength: 4 }, { minLength: 60, maxLength: 90 }] // prettier-ignore
    const states = fc
      .oneof(fc.array(label, short), fc.array(label, long))
      .map((words) => `uri=${client.redirectUris[0]}|cid=${client.id}|${words.join('-')}`)
    const ways = await waysOf(context)
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, states, share, async (state) => require(await way({ state })))
    }
  },
}
