import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { grantsOf, valueIn } from './grants.ts'
import { owedToken } from './judgement.ts'
import type { Attempt } from './request.ts'
import { byCode, claimsIn, clientsOf, firstOf, redeemsWith, registeredRedeems, shareOf, waysOf } from './request.ts' // prettier-ignore

/** Asks for a token for a resource, by a code that was asked for the same. */
const tryResource = async (attempt: Attempt, resource: string) => {
  const redeemed = await attempt({ resource }, { resource })
  const expected = `the token endpoint asked for ${resource}`
  const handed = owedToken(redeemed, expected)
  if ([claimsIn(handed.fields['access_token'])['aud']].flat().includes(resource)) return
  const grants = grantsOf(redeemed)
  const asked = grants.flatMap((grant) => [
    valueIn(grant, 'resource') ?? '',
    ...(valueIn(grant, 'scope') ?? '').split(' ').map((scope) => scope.slice(0, scope.lastIndexOf('/'))),
  ])
  if (asked.includes(resource)) return
  throw new Violation('other-audience', {
    expected,
    actual: `asked for ${asked.filter((one) => one !== '').join(', ')}`,
  })
}

/** Resource selects the audience. */
export const audience: Check = {
  id: 'token.audience.resource',
  title: 'the Resource of a token request selects the audience that the token endpoint is asked for',
  sends: 'valid redemptions and renewals of one client for the resources of several clients of its tenant',
  owes: 'a token whose aud is the resource, or that came of a grant for the resource or for a scope of it',
  clauses: ['token.audience'],
  applies: redeemsWith('resource'),
  needs: { capabilities: [], shape: { ...single, clientsPerTenant: 3 }, scope: 'slice' },
  kills: ['broker.redeems-for-resource-of-client', 'broker.renews-for-resource-of-client'],
  control: registeredRedeems,
  async run(context) {
    const { client } = firstOf(context)
    const resources = clientsOf(context).flatMap((one) =>
      one.client.tenant === client.tenant ? [one.client.resource] : [],
    )
    await context.each(resources, (resource) => tryResource(byCode(context), resource))
    const ways = await waysOf(context, 'resource')
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, fc.constantFrom(...resources), share, (resource) => tryResource(way, resource))
    }
  },
}
