import type { Provision } from '../../fixtures/world/provision.ts'
import type { InProcess, Running, Surroundings } from '../target/target.ts'
import { Trouble } from '../trouble.ts'

/**
 * Opens a target within this process.
 *
 * @throws Trouble when it throws, gives no wire, or is not done after `within` ms.
 */
export const openTarget = async (
  attach: InProcess,
  provision: Provision,
  io: Surroundings,
  within: number,
): Promise<Running> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`it was not done after ${within} ms`)), within)
  try {
    const running: unknown = await Promise.race([attach.open(provision, io), late])
    if (isRunning(running)) return running
    throw new Error('it gave no { wire }, where wire is a function from a request to a response')
  } catch (cause) {
    throw new Trouble('unreachable', {
      place: 'attach.open()',
      problem: `the target could not be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
      mend: 'mend open() of the target file: it gives { wire } once the target can be asked',
    })
  } finally {
    clearTimeout(timer)
  }
}

const isRunning = (value: unknown): value is Running =>
  typeof value === 'object' && value !== null && 'wire' in value && typeof value.wire === 'function'
