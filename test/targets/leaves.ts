import type { Wire } from '../../protocols/wire.ts'
import type { InProcess } from '../../harness/target/target.ts'
import { referenceBroker } from '../../targets/reference/target.ts'

/** The reference broker, but it ends the process when the environment says: at import, at a request, or between two. */
const when = process.env['BROKERSPEC_LEAVES']
if (when === 'import') process.exit(0)

const honest = referenceBroker()
const { open } = honest.attach as InProcess
let asked = 0

export default {
  ...honest,
  attach: {
    async open(...given: Parameters<typeof open>) {
      const running = await open(...given)
      const wire: Wire = async (request, signal) => {
        asked += 1
        if (when === 'request' && asked > 400) process.exit(0)
        if (when === 'between' && asked === 1) setTimeout(() => process.exit(0))
        return running.wire(request, signal)
      }
      return { ...running, wire }
    },
  },
}
