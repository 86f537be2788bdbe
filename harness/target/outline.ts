import { Worker } from 'node:worker_threads'
import type { TroubleData } from '../trouble.ts'
import type { Described, JudgedRole } from '../roles/role.ts'
import { Trouble, troubleOf } from '../trouble.ts'
import { loadTarget } from './load.ts'
import type { AlreadyRunning, Launched, Target } from './target.ts'

/** What is known of a target without any of its code: plain data, which crosses threads. */
export type Outline = Described<JudgedRole> & { attach: { open: true } | Launched | AlreadyRunning }

/** What a thread that reads a target file has to say. */
export type Answer = { outline: Outline } | { trouble: TroubleData }

/** Leaves the code of a target away. */
export const outlineOf = (target: Target): Outline => {
  const { attach, control: _, ...rest } = target
  return {
    ...(JSON.parse(JSON.stringify(rest)) as Described<JudgedRole>),
    attach: 'open' in attach ? { open: true } : attach,
  }
}

/**
 * Reads a target file. A module is run by `reader` in a thread of its own, which ends with it: whatever it does, this
 * process stays. `reader` is the path of read-outline; `within` is in ms.
 *
 * @throws Trouble as loadTarget does, and when the module ends its thread or never comes to its end.
 */
export const readOutline = async (file: string, reader: string, within = 60_000): Promise<Outline> => {
  if (file.endsWith('.json')) return outlineOf(await loadTarget(file))
  const thread = new Worker(reader, { workerData: file })
  const { promise, resolve, reject } = Promise.withResolvers<Outline>()
  const refuse = (problem: string) =>
    reject(
      new Trouble('unreachable', {
        place: file,
        problem,
        mend: 'let the module do nothing but define the target; what it starts belongs into open()',
      }),
    )
  const timer = setTimeout(() => refuse(`the module was not imported within ${within} ms`), within)
  thread.once('message', (answer: Answer) =>
    'outline' in answer ? resolve(answer.outline) : reject(troubleOf(answer.trouble)),
  )
  thread.once('error', (cause) => refuse(`the module failed after its import: ${String(cause)}`))
  thread.once('exit', (code) => refuse(`the module ended with code ${code} before it had exported a target`))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await thread.terminate()
  }
}
