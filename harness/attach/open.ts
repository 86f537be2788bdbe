import type { Wire } from '../../protocols/wire.ts'
import type { InProcess, Running, Surroundings } from '../target/target.ts'
import { Trouble } from '../trouble.ts'
import { watchExits } from './exits.ts'

/**
 * Opens a target within this process. One that calls process.exit has died: its wire is broken from then on.
 *
 * @throws Trouble when it throws, gives no wire, or is not done after `within` ms.
 */
export const openTarget = async (
  attach: InProcess<never>,
  provision: object,
  io: Surroundings,
  within: number,
): Promise<Running> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`it was not done after ${within} ms`)), within)
  const life: { end?: string } = {}
  const unwatch = watchExits((how) => void (life.end ??= how))
  try {
    const running: unknown = await Promise.race([attach.open(provision as never, io), late])
    if (life.end !== undefined) throw new Error(`it called ${life.end}`)
    if (!isRunning(running))
      throw new Error('it gave no { wire }, where wire is a function from a request to a response')
    return {
      ...(running.clock && { clock: running.clock }),
      ...(running.rotateKey && { rotateKey: () => running.rotateKey?.() ?? Promise.resolve() }),
      ...(running.refreshMetadata && { refreshMetadata: () => running.refreshMetadata?.() ?? Promise.resolve() }),
      ...(running.registration && { registration: running.registration }),
      ...(running.webCertificate && { webCertificate: async () => running.webCertificate?.() ?? '' }),
      ...insideOf(running),
      wire: mortal((request, signal) => running.wire(request, signal), life),
      ...(running.nodes && { nodes: running.nodes.map((node) => mortal(node, life)) }),
      async close() {
        unwatch()
        await running.close?.()
      },
    }
  } catch (cause) {
    unwatch()
    throw new Trouble('unreachable', {
      place: 'attach.open()',
      problem: `the target could not be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
      mend: 'mend open() of the target file: it gives { wire } once the target can be asked',
    })
  } finally {
    clearTimeout(timer)
  }
}

/** What the target gives of its inside, called as it would call it itself. */
const insideOf = (running: Running): Pick<Running, 'storage' | 'storageRaw' | 'logs' | 'restart'> => {
  const { storage, storageRaw, logs, restart } = running
  return {
    ...(storage && { storage: () => storage.call(running) }),
    ...(storageRaw && { storageRaw: () => storageRaw.call(running) }),
    ...(logs && { logs: () => logs.call(running) }),
    ...(restart && { restart: () => restart.call(running) }),
  }
}

const mortal =
  (wire: Wire, life: { end?: string }): Wire =>
  async (request, signal) => {
    const death = () => new Error(`the target is dead: it called ${life.end}`)
    if (life.end !== undefined) throw death()
    const response = await wire(request, signal)
    if (life.end !== undefined) throw death()
    return response
  }

const isRunning = (value: unknown): value is Running =>
  typeof value === 'object' && value !== null && 'wire' in value && typeof value.wire === 'function'
