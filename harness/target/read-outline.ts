import { parentPort, workerData } from 'node:worker_threads'
import { Trouble, troubleData } from '../trouble.ts'
import { loadTarget } from './load.ts'
import type { Answer } from './outline.ts'
import { outlineOf } from './outline.ts'

/** The thread that runs a target module for the sake of its outline. */
void loadTarget(String(workerData))
  .then(
    (target): Answer => ({ outline: outlineOf(target) }),
    (cause: unknown): Answer => {
      if (cause instanceof Trouble) return { trouble: troubleData(cause) }
      throw cause
    },
  )
  .then((answer) => parentPort?.postMessage(answer, []))
