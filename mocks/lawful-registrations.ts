import { textOf } from '../protocols/wire.ts'
import { honestRegistration } from './broker/registration-policies.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const documented = ['k2trust'] as const

/** Lawful ways to register parties, where the sources leave a gap. */
export const lawfulRegistrations = {
  'takes-consent-in-any-browser': {
    does: 'takes a consent in whatever browser the administrator opened the link to it',
    under: documented,
    registration: { sameBrowser: () => true },
    advised: ['registration.after-consent.other-browser'],
  },
  'has-room-for-32-letters': {
    does: 'refuses a vanity domain of more than 32 characters',
    under: documented,
    registration: {
      acceptsDomain: (domain) => domain.length <= 32 && honestRegistration.acceptsDomain(domain),
    },
  },
  'wants-labels-of-dns': {
    does: 'refuses a vanity domain that begins or ends with a dash, or has two beside each other',
    under: documented,
    registration: {
      acceptsDomain: (domain) => !/^-|-$|--/.test(domain) && honestRegistration.acceptsDomain(domain),
    },
  },
  'refuses-registrations-with-200': {
    does: 'says that a registration was refused on a page with status 200',
    under: documented,
    concerns: 'registration',
    around: (broker) => async (request, signal) => {
      const response = await broker(request, signal)
      return textOf(response).includes('The registration was refused') ? { ...response, status: 200 } : response
    },
  },
} as const satisfies Record<string, LawfulVariant>
