import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { leaksToken, refusalSeen } from './judgement.ts'
import { claimsIn, firstOf, handedBy, redeem, registeredRedeems, shareOf, speaksRedeem, told, validRedeem } from './request.ts' // prettier-ignore

/** The tokens that may name another tenant. */
const kinds = ['access', 'id'] as const

/** Redeems a valid code at a token endpoint that issues a token of another tenant, and judges that it is not handed over. */
const tryTenant = async (context: Context, lying: readonly (typeof kinds)[number][], tenant: string) => {
  const valid = await validRedeem(context)
  context.hostile(...lying.map((kind): HostileModeId => `idp.names-tenant-in-${kind}-token:${tenant}`))
  const redeemed = await redeem(context, valid)
  context.hostile()
  const handed = handedBy(redeemed)
  const foreign = Object.entries(handed?.fields ?? {}).find(([, token]) => typeof token === 'string' && claimsIn(token)['tid'] === tenant) // prettier-ignore
  if (foreign) {
    throw new Violation('other-realm', {
      expected: `no token of tenant ${tenant} for a party of realm ${firstOf(context).client.tenant}`,
      actual: `its ${foreign[0]}; ${told(redeemed)}`,
    })
  }
  if (handed !== undefined) return
  if (leaksToken(redeemed)) {
    throw new Violation('other-realm', {
      expected: `no token of tenant ${tenant} in an answer to a party of realm ${firstOf(context).client.tenant}`,
      actual: `an answer that contains a token: ${told(redeemed)}`,
    })
  }
  refusalSeen(context, redeemed)
}

/** Tenant ids that are almost one. */
const almost = (id: string) => {
  const hex = '0123456789abcdef'
  return fc.tuple(fc.nat(id.length - 1), fc.integer({ min: 1, max: 15 })).map(([at, by]) => {
    const digit = id[at] ?? '-'
    return digit === '-' ? `${id}${hex[by]}` : id.slice(0, at) + hex[(hex.indexOf(digit) + by) % 16] + id.slice(at + 1)
  })
}

/** The token belongs to the party's realm. */
export const realmOfUser: Check = {
  id: 'token.realm-of-user.other-tenant',
  title: 'a token of another tenant is not handed over to a party of this one',
  sends:
    'valid redemptions whose token endpoint issues an access token or an id token with the tid of another tenant, or almost the right one',
  owes: 'a refusal, or an answer without the token of the other tenant',
  clauses: ['token.realm-of-user'],
  applies: speaksRedeem,
  needs: { capabilities: [], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: [
    'broker.hands-over-tokens-of-any-realm',
    'broker.looks-at-realm-of-id-tokens-only',
    'broker.compares-half-the-realm',
    'broker.quotes-tokens-of-other-realms',
    'broker.quotes-tokens-of-near-realms',
  ],
  control: registeredRedeems,
  async run(context) {
    const { client } = firstOf(context)
    const others = context.slice.tenants.filter(({ id }) => id !== client.tenant).map(({ id }) => id)
    const tried = others.flatMap((tenant) => [...kinds.map((kind) => ({ tenant, lying: [kind] })), { tenant, lying: [...kinds] }]) // prettier-ignore
    await context.each(tried, ({ tenant, lying }) => tryTenant(context, lying, tenant))
    for (const [index, kind] of kinds.entries()) {
      const share = shareOf(Math.ceil(context.runs / 2), kinds.length, index)
      await context.forEvery(kind, fc.oneof(fc.uuid(), almost(client.tenant)), share, (tenant) =>
        tryTenant(context, [kind], tenant),
      )
    }
  },
}
