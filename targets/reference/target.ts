import type { TargetDefinition } from '../../harness/target/target.ts'
import type { Policies } from '../../mocks/broker/policies.ts'
import type { SignInPolicies } from '../../mocks/broker/sign-in-policies.ts'
import { makeNodes } from '../../mocks/broker/broker.ts'

/** The reference broker as an in-process target; policies break it or vary it. */
export const referenceBroker = (
  decisions: { policies?: Policies; signIn?: SignInPolicies } = {},
): TargetDefinition => ({
  schema: 1,
  role: 'broker',
  subject: { name: 'brokerspec reference broker', version: '0.1.0' },
  dialect: 'k2trust',
  capabilities: ['oauth', 'oidc', 'wsfed-upstream', 'realm-selector', 'clock', 'nodes'],
  attach: {
    open(provision, io) {
      const nodes = makeNodes(provision, { ...io, ...decisions }, 3)
      const [first] = nodes
      if (first === undefined) throw new TypeError('a broker has at least one node')
      return { wire: first, nodes }
    },
  },
})

export default referenceBroker()
