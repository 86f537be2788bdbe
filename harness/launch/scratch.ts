import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A temporary folder, readable for its owner alone. */
export type Scratch = { path: string; remove(): void }

const folders = new Set<string>()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Makes a temporary folder, which is gone when it is removed and at the latest when the process ends, whether in order or by a
 * signal that nobody else handles. `name` is the beginning of its name.
 */
export const makeScratch = (name = 'brokerspec-'): Scratch => {
  const path = mkdtempSync(join(tmpdir(), name))
  if (folders.size === 0) {
    process.on('exit', removeAll)
    for (const signal of signals) process.on(signal, onSignal)
  }
  folders.add(path)
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true })
      folders.delete(path)
      if (folders.size > 0) return
      process.off('exit', removeAll)
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

const removeAll = () => {
  for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}

/** Whoever else handles a signal ends the process in order; alone, we pass it on. */
const onSignal = (signal: NodeJS.Signals) => {
  if (process.listeners(signal).some((listener) => listener !== onSignal)) return
  removeAll()
  process.off(signal, onSignal)
  process.kill(process.pid, signal)
}
