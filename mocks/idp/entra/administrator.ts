import type { Tenant } from '../../../fixtures/world/shapes.ts'

/** Whom forged tokens of a tenant speak of: an administrator, who exists in no directory. */
export const administratorOf = ({ domain }: Pick<Tenant, 'domain'>) => ({
  subject: 'administrator',
  name: `administrator@${domain}`,
  objectId: '55555555-5555-4555-a555-555555555555',
})
