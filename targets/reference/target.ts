import type { TargetDefinition } from '../../harness/target/target.ts'
import type { Policies } from '../../mocks/broker/policies.ts'
import { makeBroker } from '../../mocks/broker/broker.ts'

/** The reference broker as an in-process target; `policies` break it or vary it. */
export const referenceBroker = (policies?: Policies): TargetDefinition => ({
  schema: 1,
  role: 'broker',
  subject: { name: 'brokerspec reference broker', version: '0.1.0' },
  dialect: 'k2trust',
  capabilities: ['oauth', 'oidc', 'realm-selector', 'clock'],
  attach: {
    open: (provision, { clock, origin }) => ({
      wire: makeBroker(provision, { origin, clock, ...(policies && { policies }) }),
    }),
  },
})

export default referenceBroker()
