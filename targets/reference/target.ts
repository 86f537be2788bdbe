import type { Triggers } from '../../harness/dialects/trigger.ts'
import type { BrokerDefinition } from '../../harness/target/target.ts'
import { appOnlyForm } from '../../mocks/broker/app-only.ts'
import { carriedClaims } from '../../mocks/broker/claims.ts'
import type { Decisions } from '../../mocks/decisions.ts'
import { registrationForm } from '../../mocks/broker/registration.ts'
import { makeSigning } from '../../mocks/broker/signing.ts'
import { makeStoredBroker } from '../../mocks/broker/stored.ts'
import { ownErrorTable } from '../../mocks/broker/error-numbers.ts'

/** Requests that the reference broker refuses in a row without a documented cause; the first fails on purpose. */
const triggers: Triggers = {
  unhandled: { path: '/control/fail' },
  'sign-in-request': { path: '/wsfed?wa=wsignin1.0&wtrealm={realm}&wreply=https%3A%2F%2Funregistered.test%2F' },
  'sign-out-request': { path: '/wsfed?wa=wsignout1.0&wreply=https%3A%2F%2Funregistered.test%2F' },
  metadata: { path: '/unknown-tenant/federationmetadata/2007-06/federationmetadata.xml' },
}

/** The reference broker as an in-process target; policies break it or vary it. */
export const referenceBroker = (decisions: Decisions = {}): BrokerDefinition => ({
  schema: 1,
  role: 'broker',
  subject: { name: 'brokerspec reference broker', version: '0.1.0' },
  dialect: { extends: 'k2trust', appOnly: appOnlyForm },
  capabilities: [
    'oauth',
    'oidc',
    'wsfed-upstream',
    'ws-trust',
    'app-only',
    'realm-selector',
    'clock',
    'nodes',
    'rotate-key',
    'error-trigger',
    'storage',
    'storage-raw',
    'logs',
    'restart',
    'registration',
  ],
  profile: {
    errorTable: [...ownErrorTable],
    claims: Object.fromEntries(carriedClaims.map(({ type, from }) => [type, [type, ...from]])),
  },
  control: { triggers, registration: registrationForm },
  attach: {
    open(provision, io) {
      const signing = makeSigning(new URL(io.origin).hostname)
      const broker = makeStoredBroker(provision, { ...io, ...decisions, signing }, 3)
      const [first] = broker.nodes
      if (first === undefined) throw new TypeError('a broker has at least one node')
      return { ...broker, wire: first, rotateKey: signing.rotate }
    },
  },
})

export default referenceBroker()
