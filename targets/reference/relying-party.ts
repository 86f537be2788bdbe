import type { PartyDefinition } from '../../harness/target/relying-party.ts'
import { textResponse } from '../../protocols/wire.ts'

/** The reference relying party as an in-process target. */
export const referenceParty = (): PartyDefinition => ({
  schema: 1,
  role: 'relying-party',
  subject: { name: 'brokerspec reference relying party', version: '0.1.0' },
  party: { page: '/private', reply: '/_trust/', whoami: '/whoami' },
  attach: { open: () => ({ wire: async () => textResponse(404, 'Not Found') }) },
})

export default referenceParty()
