import { syncBuiltinESMExports } from 'node:module'

const watching = new Set<(how: string) => void>()
const before: { exit?: typeof process.exit } = {}

/**
 * Tells when somebody in this thread calls process.exit, which then throws instead: a target that is attached in-process
 * must not end whoever judges it. The answer stops the watch.
 */
export const watchExits = (onExit: (how: string) => void): (() => void) => {
  before.exit ??= process.exit
  process.exit = leave
  syncBuiltinESMExports()
  watching.add(onExit)
  return () => {
    watching.delete(onExit)
    if (watching.size > 0 || before.exit === undefined) return
    process.exit = before.exit
    delete before.exit
    syncBuiltinESMExports()
  }
}

const leave = (code?: number | string | null): never => {
  const how = `process.exit(${code ?? ''})`
  watching.forEach((tell) => tell(how))
  throw new Error(`${how} was called in the process that judges`)
}
