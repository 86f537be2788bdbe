import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import { valuesOf } from '../../protocols/form.ts'
import type { ConsentAnswer, RegistrationPolicies } from '../broker/registration-policies.ts'
import { honestRegistration, tenantIn } from '../broker/registration-policies.ts'

type Replacement = {
  [Name in keyof RegistrationPolicies]: { policy: Name; instead: RegistrationPolicies[Name] }
}[keyof RegistrationPolicies]

/** A broken variant of the reference broker in how parties are registered: one policy replaced. Absent means honest. */
type RegistrationFault = { does: string; breaks: ClauseId } & Replacement

const consent = 'registration.after-consent'
const vanity = 'registration.vanity-domain'

const said = ({ parameters }: ConsentAnswer, name: string): string | undefined => valuesOf(parameters, name)[0]
const saysConsent = (answer: ConsentAnswer) => said(answer, 'admin_consent')?.toLowerCase() === 'true'

/** Faults in when a party is added, and in what shows that an administrator has consented. */
const consentFaults = {
  'broker.adds-parties-by-their-host': {
    does: 'adds a party before anybody consented, under the directory whose domain its realm is in',
    breaks: consent,
    policy: 'addsAtOnce',
    instead: ({ realm }, tenants) =>
      tenants.find(({ domain }) => URL.canParse(realm) && new URL(realm).hostname.endsWith(`.${domain}`))?.id,
  },
  'broker.adds-further-parties-at-once': {
    does: 'adds a further party of a K2 tenant that it knows before anybody consented',
    breaks: consent,
    policy: 'addsAtOnce',
    instead: ({ tenancy }, _, tenancies) => tenancies.find(({ id }) => id === tenancy)?.tenant,
  },

  'broker.registers-in-other-browsers': {
    does: 'takes a consent in a browser that did not begin the registration',
    breaks: consent,
    policy: 'sameBrowser',
    instead: () => true,
  },
  'broker.registers-in-returning-browsers': {
    does: 'takes a consent in any browser that has begun a registration of its own',
    breaks: consent,
    policy: 'sameBrowser',
    instead: (_, marks) => marks.length > 0,
  },

  'broker.takes-members-for-administrators': {
    does: 'takes whoever signs in for an administrator',
    breaks: consent,
    policy: 'directoryOf',
    instead: ({ claims }) => tenantIn(claims),
  },
  'broker.believes-consent-callbacks': {
    does: 'takes a callback without a token that says so for the consent of an administrator of the directory that it names',
    breaks: consent,
    policy: 'directoryOf',
    instead: (answer) =>
      answer.claims === undefined && saysConsent(answer)
        ? said(answer, 'tenant')
        : honestRegistration.directoryOf(answer),
  },
  'broker.believes-users-who-say-they-consented': {
    does: 'takes a user for an administrator whose callback says that admin consent was given',
    breaks: consent,
    policy: 'directoryOf',
    instead: (answer) => (saysConsent(answer) ? tenantIn(answer.claims) : honestRegistration.directoryOf(answer)),
  },
  'broker.takes-directory-from-callbacks': {
    does: 'takes the directory from the parameter beside the token of an administrator',
    breaks: consent,
    policy: 'directoryOf',
    instead(answer) {
      const directory = honestRegistration.directoryOf(answer)
      return directory && (said(answer, 'tenant') ?? directory)
    },
  },
} as const satisfies Record<`broker.${string}`, RegistrationFault>

/** Faults in which vanity domains are accepted. */
const domainFaults = {
  'broker.accepts-any-vanity-domain': {
    does: 'accepts every vanity domain',
    breaks: vanity,
    policy: 'acceptsDomain',
    instead: () => true,
  },
  'broker.accepts-word-characters-in-vanity-domains': {
    does: 'accepts letters and digits of every script in a vanity domain',
    breaks: vanity,
    policy: 'acceptsDomain',
    instead: (domain) => /^[\p{L}\p{N}-]+$/u.test(domain),
  },
  'broker.refuses-digits-before-letters-in-vanity-domains': {
    does: 'refuses a vanity domain that begins with a digit',
    breaks: vanity,
    policy: 'acceptsDomain',
    instead: (domain) => honestRegistration.acceptsDomain(domain) && !/^\d/.test(domain),
  },
  'broker.gives-vanity-domains-twice': {
    does: 'gives a vanity domain to every K2 tenant that asks for it',
    breaks: vanity,
    policy: 'sameDomain',
    instead: () => false,
  },
  'broker.compares-beginnings-of-vanity-domains': {
    does: 'takes two vanity domains for one when their first 12 characters are the same',
    breaks: vanity,
    policy: 'sameDomain',
    instead: (given, taken) => given.slice(0, 12).toLowerCase() === taken.slice(0, 12).toLowerCase(),
  },
  'broker.minds-case-of-vanity-domains': {
    does: 'gives a vanity domain again in other letters, great or small',
    breaks: vanity,
    policy: 'sameDomain',
    instead: (given, taken) => given === taken,
  },
} as const satisfies Record<`broker.${string}`, RegistrationFault>

/** Faults in what a K2 tenant and a party are bound to. */
const bindingFaults = {
  'broker.moves-tenancies': {
    does: 'binds a K2 tenant to the directory of whoever consented last',
    breaks: 'registration.no-move',
    policy: 'mayBindTenancy',
    instead: () => true,
  },
  'broker.moves-tenancies-to-new-domains': {
    does: 'lets a K2 tenant move to another directory together with its vanity domain',
    breaks: 'registration.no-move',
    policy: 'mayBindTenancy',
    instead: ({ tenancy, domain }, directory, tenancies) =>
      tenancies.every((one) => one.id !== tenancy || one.domain !== domain || one.tenant === directory),
  },
  'broker.binds-parties-again': {
    does: 'binds a party to the directory of whoever consented last',
    breaks: 'realm.single-directory',
    policy: 'mayBindParty',
    instead: () => true,
  },
  'broker.binds-parties-by-reply': {
    does: 'knows a party of another directory by its realm and its reply URL together',
    breaks: 'realm.single-directory',
    policy: 'mayBindParty',
    instead: ({ realm, reply }, directory, parties) =>
      parties.every((one) => one.realm !== realm || one.reply !== reply || one.tenant === directory),
  },
} as const satisfies Record<`broker.${string}`, RegistrationFault>

/** Faults in how parties are registered. */
export const registrationFaults = { ...consentFaults, ...domainFaults, ...bindingFaults } as const
