import type { User } from '../../fixtures/world/shapes.ts'

/** The realm of Entra ID at the providers that its tenants federate with. */
export const microsoftOnline = 'urn:federation:MicrosoftOnline'

/** The name by which a user is known on both sides of a federation: the object id as base64 of its sixteen octets. */
export const immutableIdOf = ({ objectId }: User): string =>
  Buffer.from(objectId.replaceAll('-', ''), 'hex').toString('base64')
