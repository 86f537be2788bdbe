import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import type { Transport } from '../../harness/attach/site.ts'
import { judge } from '../../harness/judge/judge.ts'
import type { Verdict } from '../../harness/judge/verdict.ts'
import { readTarget } from '../../harness/target/load.ts'
import type { CacheDefinition } from '../../harness/target/token-cache.ts'
import { openUniverse } from '../../harness/universe.ts'
import type { CacheFaultId } from '../../mocks/faults/cache.ts'
import { cacheFaults } from '../../mocks/faults/cache.ts'
import type { CachePolicies } from '../../mocks/token-cache/policies.ts'
import { honestCache } from '../../mocks/token-cache/policies.ts'
import { cacheChecks } from '../../suites/token-cache/index.ts'
import { referenceCache } from '../../targets/reference/token-cache.ts'

type Opens = Extract<CacheDefinition['attach'], { open: unknown }>['open']

/** A token cache on trial: the reference with these policies, or another way to open one. */
export type SuspectCache = {
  policies?: Partial<CachePolicies>
  open?: Opens
  profile?: NonNullable<CacheDefinition['profile']>
}

/** How it is tried. */
export type CacheTrial = {
  keyring: Keyring
  seed: number
  transport?: Transport
  chosen?: typeof cacheChecks
  runs?: number
  checkMs?: number
}

/** What shows nothing of its inside has nothing in it. */
const withInside =
  (open: Opens): Opens =>
  async (...given) => ({
    storage: () => '',
    storageRaw: () => '',
    restart: async () => undefined,
    ...(await open(...given)),
  })

/** Judges a token cache in a universe of its own, by these checks one after the other. */
export const cacheVerdicts = async (
  { policies, open, profile = {} }: SuspectCache,
  { keyring, seed, transport = 'direct', chosen = cacheChecks, runs = 100, checkMs = 60_000 }: CacheTrial,
): Promise<Verdict[]> => {
  const definition = referenceCache({ ...honestCache, ...policies })
  const target = readTarget({ ...definition, profile, ...(open && { attach: { open: withInside(open) } }) }, 'suspect')
  const universe = await openUniverse({ target, world: worldOf(seed, chosen, keyring), transport, invariants: [] })
  try {
    const verdicts: Verdict[] = []
    for (const check of chosen) {
      verdicts.push(await judge(check, universe, { seed, runs, budget: { checkMs, shrinks: 0 } }))
      await universe.clock.reset()
    }
    return verdicts
  } finally {
    await universe.close()
  }
}

/** The reference token cache with one fault. */
export const faultyCache = (id: CacheFaultId): SuspectCache => {
  const { policy, instead } = cacheFaults[id]
  return { policies: { [policy]: instead } }
}

/** Every fault of a token cache. */
export const cacheFaultIds = Object.keys(cacheFaults) as CacheFaultId[]

/** The checks that claim a fault. */
export const claimingCacheFault = (fault: CacheFaultId): typeof cacheChecks =>
  cacheChecks.filter(({ kills }) => (kills as readonly string[]).includes(fault))

/** The checks, by what a verdict came to, that did not come to this. */
export const notAs = (verdicts: readonly Verdict[], status: Verdict['status']): unknown[] =>
  verdicts.filter((verdict) => verdict.status !== status)
