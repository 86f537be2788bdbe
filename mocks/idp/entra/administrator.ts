import type { Tenant } from '../../../fixtures/world/shapes.ts'

/**
 * The role templates that a token names in `wids`: those of a global administrator, and of every member.
 *
 * @see Entra documentation, built-in roles
 */
export const roleTemplates = {
  administrator: '62e90394-69f5-4237-9190-012177145e10',
  member: 'b79fbf4d-3ef9-4689-8143-76b194e85509',
} as const

/** Whom forged tokens of a tenant speak of: an administrator, who exists in no directory. */
export const administratorOf = ({ domain }: Pick<Tenant, 'domain'>) => ({
  subject: 'administrator',
  name: `administrator@${domain}`,
  objectId: '55555555-5555-4555-a555-555555555555',
})
