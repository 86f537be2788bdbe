import type { User } from '../../../fixtures/world/shapes.ts'
import type { Claim } from '../../../protocols/saml/assertion.ts'
import type { Entra } from './state.ts'

/**
 * What the tokens of a user shall say in place of what the directory holds. The user signs in as ever. `more` are further
 * claims of assertions; an id token has none of them.
 */
export type Asserted = Partial<Pick<User, 'name' | 'displayName'>> & { more?: readonly Claim[] }

/** A user as the tokens of this sign-in call them. */
export const assertedOf = ({ asserted }: Entra, user: User): User & Pick<Asserted, 'more'> => ({
  ...user,
  ...asserted.get(user.objectId),
})
