import type { JWTPayload } from 'jose'
import type { Pairs } from '../../protocols/wire.ts'
import { roleTemplates } from '../idp/entra/administrator.ts'
import type { BrokerParty, BrokerTenant } from './sign-in-terms.ts'

/** A K2 tenant as the broker knows it: its id, its vanity domain, and the directory that it is bound to. */
export type Tenancy = { id: string; domain: string; tenant: string }

/** What somebody asks to be registered: a party of a K2 tenant. */
export type AskedRegistration = Omit<BrokerParty, 'tenant'> & { tenancy: string; domain: string }

/** What came back from the identity provider: its parameters, and the claims of the id token, if it has a genuine one. */
export type ConsentAnswer = { parameters: Pairs; claims: JWTPayload | undefined }

/**
 * Every decision of the reference broker on a registration, each pure and separate.
 *
 * @see TRUST: Using Azure Active Directory for SSO; FAQ: General Questions; Azure Active Directory (AAD) and Authentication
 */
export type RegistrationPolicies = {
  /** Whether a vanity domain may be used at all. */
  acceptsDomain(domain: string): boolean
  /** Whether two vanity domains are one. */
  sameDomain(given: string, taken: string): boolean
  /** The directory under which a party is added before anybody has consented. */
  addsAtOnce(
    asked: AskedRegistration,
    tenants: readonly BrokerTenant[],
    tenancies: readonly Tenancy[],
  ): string | undefined
  /** Whether the answer comes to the browser that began: `marks` are those that its cookies carry. */
  sameBrowser(begun: string, marks: readonly string[]): boolean
  /** The directory whose administrator an answer shows to have consented. */
  directoryOf(answer: ConsentAnswer): string | undefined
  /** Whether a K2 tenant may be bound to a directory. */
  mayBindTenancy(asked: AskedRegistration, directory: string, tenancies: readonly Tenancy[]): boolean
  /** Whether a party may be bound to a directory. */
  mayBindParty(asked: AskedRegistration, directory: string, parties: readonly BrokerParty[]): boolean
}

/** Whether a genuine id token speaks of an administrator of its directory. */
const isAdministrator = (claims: JWTPayload | undefined): boolean =>
  Array.isArray(claims?.['wids']) && claims['wids'].includes(roleTemplates.administrator)

/** The tenant that a genuine id token names. */
export const tenantIn = (claims: JWTPayload | undefined): string | undefined =>
  typeof claims?.['tid'] === 'string' ? claims['tid'] : undefined

/** The policies of an honest broker. */
export const honestRegistration: RegistrationPolicies = {
  acceptsDomain: (domain) => /^[A-Za-z0-9-]+$/.test(domain),
  sameDomain: (given, taken) => given.toLowerCase() === taken.toLowerCase(),
  addsAtOnce: () => undefined,
  sameBrowser: (begun, marks) => marks.includes(begun),
  directoryOf: ({ claims }) => (isAdministrator(claims) ? tenantIn(claims) : undefined),
  mayBindTenancy: ({ tenancy }, directory, tenancies) =>
    tenancies.every(({ id, tenant }) => id !== tenancy || tenant === directory),
  mayBindParty: ({ realm }, directory, parties) =>
    parties.every((one) => one.realm !== realm || one.tenant === directory),
}
