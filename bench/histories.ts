import { worldOf } from '../fixtures/world/world.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import { judge } from '../harness/judge/judge.ts'
import { readTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { anyHistory } from '../suites/token-cache/history.ts'
import target from '../targets/reference/token-cache.ts'
import type { Figure } from './figure.ts'
import { heapAfterCollection } from './heap.ts'

const wanted = 10_000

/**
 * The heap after ten thousand histories of a token cache, over the heap after the first thousand, both after garbage collection: some
 * forty histories in each of many universes, so that nothing may stay of a universe that is closed.
 */
export const histories: Figure = {
  name: 'histories',
  tells: `heap after ${wanted} histories of a token cache over that after a tenth`,
  async measure(keyring) {
    const begun = performance.now()
    const after: { tenth?: number } = {}
    let [played, seed] = [0, 0]
    while (played < wanted) {
      seed += 1
      played += await playedIn(seed, keyring)
      if (played >= wanted / 10) after.tenth ??= await heapAfterCollection()
    }
    const { tenth = Number.NaN } = after
    const all = await heapAfterCollection()
    const each = (performance.now() - begun) / played
    const note = `${played} histories in ${seed} universes, ${each.toFixed(0)} ms each; ${Math.round((all - tenth) / played)} bytes more for each`
    return [{ name: 'heap', ratios: [all / tenth], goal: { atMost: 1.1 }, note }]
  },
}

/** How many histories the reference token cache passes in one universe. */
const playedIn = async (seed: number, keyring: Keyring): Promise<number> => {
  const world = worldOf(seed, [anyHistory], keyring)
  const universe = await openUniverse({ target: readTarget(target, 'embedded'), world, transport: 'direct' })
  try {
    const verdict = await judge(anyHistory, universe, { seed, runs: 100 })
    if (verdict.status !== 'pass') throw new Error(`${anyHistory.id}: ${verdict.status}`)
    return verdict.cases
  } finally {
    await universe.close()
  }
}
