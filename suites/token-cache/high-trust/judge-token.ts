import { farmProvider, sidOf } from '../../../fixtures/world/farms.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import { principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import type { HighTrustToken, ReadJwt } from '../../../protocols/high-trust/token.ts'
import { readHighTrust, secondsOf, trustedProviderOf, windowsProvider } from '../../../protocols/high-trust/token.ts'
import type { Context } from '../asking.ts'
import type { Member } from './calling.ts'

/** The names that users go by, by provider. */
const namings: readonly (readonly [provider: string, nameOf: (user: User) => string])[] = [
  [windowsProvider, sidOf],
  [trustedProviderOf(farmProvider.name.toLowerCase()), ({ name }) => name],
]

/** The user of the slice whom a token names; `undefined` where it names none of them. */
export const namedBy = ({ slice: { users } }: Context, { outer }: HighTrustToken): User | undefined => {
  const [provider, name] = [outer?.claims['nii'], outer?.claims['nameid']].map((said) => String(said).toLowerCase())
  const nameOf = namings.find(([one]) => one === provider)?.[1]
  return users.find((user) => nameOf?.(user).toLowerCase() === name)
}

/** The token of a call, read. @throws Violation of kind `no-token` */
export const readOf = (token: string): HighTrustToken => {
  const read = readHighTrust(token)
  if (read === undefined)
    throw new Violation('no-token', { expected: 'a call at the farm with a token of high trust', actual: 'one with something else' }) // prettier-ignore
  return read
}

/**
 * Judges what the token of a call at a farm says: for whom it is, who signs it as which app, whether it serves now, and who the user
 * is. How long it serves is documented nowhere.
 *
 * @throws Violation of kind `no-token`, `no-user`, `audience`, `issuer`, `app`, `lifetime`, `name-id` or `another-user`
 */
export const judgeToken = (context: Context, token: string, member: Member): void => {
  const read = readOf(token)
  const { actor, outer } = read
  const { farm } = member
  const fail = (kind: string, expected: string, actual: string) => new Violation(kind, { expected, actual })
  if (outer === undefined)
    throw fail('no-user', 'a call for a user to carry the identity of the user', 'a call of the app alone')

  const both = [outer, actor]
  const audience = sharePointResourceOf(context.at.farm, farm.realm)
  if (both.some(({ claims }) => claims['aud'] !== audience))
    throw fail('audience', 'tokens for SharePoint at the host and in the realm of the farm', 'another audience')
  if (actor.claims['iss'] !== principalOf(farm.issuer, farm.realm))
    throw fail('issuer', 'an actor token of the issuer that the farm trusts, in its realm', 'another issuer')
  const app = principalOf(farm.app.id, farm.realm)
  if (actor.claims['nameid'] !== app || outer.claims['iss'] !== app)
    throw fail('app', 'tokens in the name of the app in the realm of the farm', 'another name')
  const wrong = both.map((one) => wrongTimes(one, context)).find((one) => one !== undefined)
  if (wrong !== undefined) throw fail('lifetime', 'tokens that serve now and end later than they begin', wrong)
  judgeIdentity(context, read, member)
}

/** @throws Violation of kind `another-user` or `name-id` */
const judgeIdentity = (context: Context, read: HighTrustToken, { user }: Member) => {
  const named = namedBy(context, read)
  if (named !== undefined && named !== user)
    throw new Violation('another-user', { expected: 'tokens that name the user whom the call is for', actual: 'tokens of another user' }) // prettier-ignore
  if (named === undefined)
    throw new Violation('name-id', { expected: 'tokens that name the user as the provider they name does', actual: 'a name that it has for nobody' }) // prettier-ignore
  const said = JSON.stringify([read.outer?.claims, read.actor.claims]).toLowerCase()
  const words = new Set(said.match(/[\w.@-]+/g))
  const others = context.slice.users.filter((one) => one !== user)
  if (others.some((one) => [one.name, sidOf(one)].some((name) => words.has(name.toLowerCase()))))
    throw new Violation('another-user', { expected: 'tokens that tell of no other user', actual: 'a name of another one' }) // prettier-ignore
}

/** What is wrong with the times of a token, as far as clocks go alike. */
const wrongTimes = ({ claims: { nbf, exp } }: ReadJwt, { clock, profile: { skew } }: Context): string | undefined => {
  const now = clock.now() / 1000
  const [from, until] = [nbf === undefined ? undefined : (secondsOf(nbf) ?? Number.NaN), secondsOf(exp)]
  if (until === undefined) return 'one without an end'
  if (until <= now - skew) return 'one that has ended'
  if (from !== undefined && !(from <= now + skew)) return 'one that has not begun'
  return from !== undefined && until <= from ? 'one that ends before it begins' : undefined
}
