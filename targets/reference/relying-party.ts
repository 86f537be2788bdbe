import type { PartyDefinition } from '../../harness/target/relying-party.ts'
import type { PartyPolicies } from '../../mocks/relying-party/policies.ts'
import { honestParty } from '../../mocks/relying-party/policies.ts'
import { makeRelyingParty } from '../../mocks/relying-party/relying-party.ts'

/** The reference relying party as an in-process target; policies break it or vary it. */
export const referenceParty = (policies: PartyPolicies = honestParty): PartyDefinition => ({
  schema: 1,
  role: 'relying-party',
  subject: { name: 'brokerspec reference relying party', version: '0.1.0' },
  party: {
    page: '/private',
    anonymous: '/',
    reply: '/_trust/',
    whoami: '/whoami',
    signOut: '/sign-out',
    second: {
      page: '/second/private',
      reply: '/second/_trust/',
      realm: '{origin}/second/',
      whoami: '/second/whoami',
      signOut: '/second/sign-out',
    },
  },
  capabilities: ['clock', 'refresh-metadata', 'second-party'],
  attach: { open: (provision, io) => makeRelyingParty(provision, { ...io, policies }) },
})

export default referenceParty()
