import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { needsOf, redeems, userGetsAppOnly } from './request.ts'
import { trialOf } from './tokens.ts'

const shared = {
  clauses: ['app-only.valid-token'],
  owes: "a refusal of each, before the client's secret is used for a grant",
  weaker: 'practice',
  applies: redeems,
  needs: needsOf(),
  control: userGetsAppOnly,
} as const

/** Names that are almost a text. */
const near = (own: string) =>
  fc.oneof(
    label.map((text) => own + text),
    label.map((text) => text + own),
    fc.integer({ min: 9, max: own.length - 1 }).map((length) => own.slice(0, length)),
  )

/** The name of SharePoint's principal stands for SharePoint at any host. */
const principalOf = (resource: string) => resource.split('/', 1)[0]

/** Who is said to have issued it, although the key is right. */
export const otherIssuer: Check = {
  ...shared,
  id: 'app-only.valid-token.issuer',
  title: 'a user token under the name of another issuer buys no app-only token',
  sends:
    "valid requests with a user token signed with the issuer's own key, under a stranger's name or almost under its own",
  kills: ['broker.ignores-issuer-of-user-token', 'broker.takes-issuer-of-user-token-by-prefix'],
  async run(context) {
    const { people, said, attempt } = await trialOf(context)
    const under = (iss: string) =>
      attempt({ claims: { iss }, signed: { by: 'issuer' } }, `a user token of the issuer ${JSON.stringify(iss)}`)
    await context.each(['https://stranger.test/', `https://stranger.test/${people.client.tenant}/`, ''], under)
    await context.forEvery('near', near(String(said['iss'])), Math.ceil(context.runs / 5), under)
  },
}

/** For whom it was issued. */
export const otherAudience: Check = {
  ...shared,
  id: 'app-only.valid-token.audience',
  title: 'a user token for another API buys no app-only token',
  sends:
    'valid requests with a user token that its issuer would have issued for another API, or for one of almost the same name',
  attacks: ['BTE-14'],
  kills: ['broker.ignores-audience-of-user-token', 'broker.takes-audience-of-user-token-by-prefix'],
  async run(context) {
    const { said, attempt } = await trialOf(context)
    const tried = (aud: string) =>
      attempt({ claims: { aud }, signed: { by: 'issuer' } }, `a user token for ${JSON.stringify(aud)}`)
    await context.each(['https://stranger.test', 'https://graph.microsoft.com'], tried)
    const own = String(said['aud'])
    const strange = near(own).filter((text) => text !== principalOf(own))
    await context.forEvery('near', strange, Math.ceil(context.runs / 5), tried)
  },
}
