import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { textOf } from '../../../protocols/wire.ts'
import { grantsOf, valueIn, wrongIn } from './grants.ts'
import { owedToken } from './judgement.ts'
import type { Redeemed, Wanted } from './request.ts'
import { clientsOf, fieldOf, firstOf, reachedParty, registeredRenews, renew, shareOf, speaksRenew, told, validRenew } from './request.ts' // prettier-ignore

/**
 * The resources of the clients of a tenant: a refresh token of Entra ID is bound to none of them. In a dialect of which nothing is
 * documented, that of the client alone: others may be refused (RFC 8707 section 2.2).
 */
const resourcesOf = (context: Context): string[] => {
  const { client } = firstOf(context)
  if (!context.dialect.documented) return [client.resource]
  return clientsOf(context).flatMap((one) => (one.client.tenant === client.tenant ? [one.client.resource] : []))
}

/** The refresh token that a token endpoint answered with. */
const rotatedIn = ({ sent }: Redeemed): string | undefined =>
  sent
    .flatMap(({ response }) => /"refresh_token"\s*:\s*"([^"]+)"/.exec(response ? textOf(response) : '')?.[1] ?? [])
    .at(-1)

/** Judges one renewal, and gives the refresh token of the next. */
const renewed = (
  context: Context,
  redeemed: Redeemed,
  given: string,
  wanted: Required<Pick<Wanted, 'redirectUri'>>,
): string => {
  const { client } = firstOf(context)
  const expected = `a renewal through the token endpoint of ${client.id}`
  const fail = (kind: string, actual: string) => new Violation(kind, { expected, actual })
  const handed = owedToken(redeemed, expected)
  if (!reachedParty(redeemed, handed, wanted.redirectUri)) throw fail('token-elsewhere', told(redeemed))
  /** What a token is renewed by may be of the broker's own making, where nothing is documented. */
  if (!context.dialect.documented) return fieldOf(handed, 'refresh_token') ?? given
  const grant = grantsOf(redeemed).find((one) => valueIn(one, 'refresh_token') === given)
  if (grant === undefined) throw fail('no-grant', 'no grant with the refresh token of the party')
  const wrong = wrongIn(context, grant, client)
  if (wrong !== undefined) throw fail(`wrong-${wrong}`, `a grant at ${grant.path}, in which the ${wrong} is another`)
  const [owed, next] = [rotatedIn(redeemed), fieldOf(handed, 'refresh_token')]
  if (owed !== undefined && next !== owed) {
    throw new Violation('rotation-lost', {
      expected: 'the refresh token that the token endpoint issued in place of the old one',
      actual: next === undefined ? 'none' : next === given ? 'the old one' : 'another one',
    })
  }
  return next ?? given
}

/** Several renewals, each by what the one before handed out, at an endpoint where each serves once. */
const renewOnAndOn = async (context: Context, resources: readonly string[]) => {
  const valid = await validRenew(context)
  const redirectUri = String(valid.redirectUri)
  const spent = { refreshToken: valid.refreshToken }
  context.hostile('idp.spends-refresh-tokens')
  for (const resource of resources) {
    const redeemed = await renew(context, { ...valid, resource, refreshToken: spent.refreshToken })
    spent.refreshToken = renewed(context, redeemed, spent.refreshToken, { redirectUri })
  }
  context.hostile()
}

/** Renewal goes through the broker to the token service and back. */
export const rotates: Check = {
  id: 'token.refreshes.rotation',
  title: 'a token is renewed through the broker again and again, and no rotated refresh token is lost',
  sends:
    'renewals in the form of the dialect, each by the newest refresh token, for the resources of several clients where the dialect is documented, where each serves once',
  owes: "a token each time; where the dialect is documented, a grant at the client's token endpoint with the refresh token and the secret, and the refresh token that came of it",
  clauses: ['token.refreshes'],
  applies: speaksRenew,
  needs: { capabilities: ['speaks:renew'], shape: { ...single, clientsPerTenant: 3 }, scope: 'slice' },
  kills: [
    'broker.keeps-rotated-refresh-tokens',
    'broker.repeats-old-refresh-tokens',
    'broker.drops-refresh-tokens-of-other-resources',
  ],
  control: registeredRenews,
  async run(context) {
    const { client } = firstOf(context)
    await context.each([1, 3], (times) =>
      renewOnAndOn(
        context,
        Array.from({ length: times }, () => client.resource),
      ),
    )
    const chains = fc.array(fc.constantFrom(...resourcesOf(context)), { minLength: 1, maxLength: 5 })
    await context.forEvery('chains', chains, shareOf(context.runs, 3, 2), (resources) =>
      renewOnAndOn(context, resources),
    )
  },
}
