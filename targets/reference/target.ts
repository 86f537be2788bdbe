import type { TargetDefinition } from '../../harness/target/target.ts'
import type { Policies } from '../../mocks/broker/policies.ts'
import { makeNodes } from '../../mocks/broker/broker.ts'

/** The reference broker as an in-process target; `policies` break it or vary it. */
export const referenceBroker = (policies?: Policies): TargetDefinition => ({
  schema: 1,
  role: 'broker',
  subject: { name: 'brokerspec reference broker', version: '0.1.0' },
  dialect: 'k2trust',
  capabilities: ['oauth', 'oidc', 'realm-selector', 'clock', 'nodes'],
  attach: {
    open(provision, io) {
      const nodes = makeNodes(provision, { ...io, ...(policies && { policies }) }, 3)
      const [first] = nodes
      if (first === undefined) throw new TypeError('a broker has at least one node')
      return { wire: first, nodes }
    },
  },
})

export default referenceBroker()
