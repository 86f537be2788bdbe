import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Keyring } from '../fixtures/world/world.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { Check } from '../harness/judge/check.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import type { JudgedRole } from '../harness/roles/role.ts'
import type { FaultId } from '../mocks/faults/catalogue.ts'
import { faults, faulty, sideOf } from '../mocks/faults/catalogue.ts'
import { startsCodeFlow } from '../suites/broker/authorize/upstream.ts'
import { checks, invariants } from '../suites/index.ts'
import { cacheVerdictsOn } from './cache-proving-ground.ts'
import type { Trial } from './judged.ts'
import { partyVerdictsOn } from './party-proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'
import { checksMeeting, checksOfRole } from './sides.ts'

/** Every fault, in the order of the catalogue. */
export const faultIds = Object.keys(faults) as FaultId[]

/** Every check and invariant, with what it claims to catch. */
export const judges = [...checks, ...invariants].map(({ id, kills }) => ({ id, kills: kills as readonly FaultId[] }))

/** The checks that claim a fault. One that only an invariant catches needs traffic of its flow. */
export const checksClaiming = (fault: FaultId): readonly Check<JudgedRole>[] => {
  const claiming = checksOfRole(sideOf(fault)).filter(({ kills }) => (kills as readonly FaultId[]).includes(fault))
  return claiming.length > 0 ? claiming : [startsCodeFlow]
}

/** What the checks say of the reference target of a fault's role with that fault. */
export const verdictsWith = (
  fault: FaultId,
  trial: Trial<JudgedRole> & { chosen: readonly Check<JudgedRole>[] },
): Promise<Verdict[]> => {
  const { party, cache, highTrust, ...broker } = faulty(fault)
  if (party) return partyVerdictsOn({ policies: party }, trial)
  if (highTrust) return cacheVerdictsOn({ highTrust }, trial)
  return cache ? cacheVerdictsOn({ policies: cache, profile: { requestMs: 3_000 } }, trial) : verdictsOn(broker, trial)
}

/**
 * Which of the judges convict the reference target with this fault, where each check is by itself: what one leaves open, the fault
 * would show to the control of another, which would then judge nothing.
 */
export const convictedByEach = async (
  fault: FaultId,
  keyring: Keyring,
  seed: number,
  chosen: readonly Check<JudgedRole>[],
): Promise<string[]> => {
  const by = new Set<string>()
  for (const check of chosen) for (const id of await convictedBy(fault, keyring, seed, [check])) by.add(id)
  return [...by]
}

/** Which of them convict it, with the checks one after the other. */
const convictedBy = async (
  fault: FaultId,
  keyring: Keyring,
  seed: number,
  chosen: readonly Check<JudgedRole>[],
  runs = 100,
): Promise<string[]> => {
  const verdicts = await verdictsWith(fault, { keyring, seed, chosen, runs })
  return verdicts.filter(({ status }) => status === 'fail').map(({ check }) => check)
}

/** Faults with the judges that convict them, worked out on all cores, as a share is done in each of its own. */
const convictions = async (seed: number, tried: readonly FaultId[]): Promise<Map<FaultId, string[]>> => {
  const of = availableParallelism()
  const shares = Array.from({ length: of }, async (_, share) => {
    const own = tried.filter((__, index) => index % of === share)
    const worker = new Worker(new URL(import.meta.url), { workerData: { seed, tried: own } satisfies Share })
    const [caught] = (await once(worker, 'message')) as [Map<FaultId, string[]>]
    return [...caught]
  })
  return new Map((await Promise.all(shares)).flat())
}

type Share = { seed: number; tried: readonly FaultId[] }

const convictShare = async ({ seed, tried }: Share): Promise<Map<FaultId, string[]>> => {
  const keyring = await makeKeyring()
  const caught = new Map<FaultId, string[]>()
  for (const fault of tried) {
    const claiming = checksClaiming(fault)
    const beside = checksMeeting(sideOf(fault)).filter((check) => !claiming.includes(check))
    const by = await convictedByEach(fault, keyring, seed, claiming)
    caught.set(fault, [...by, ...(await convictedBy(fault, keyring, seed, beside, few))])
  }
  return caught
}

/** How many cases of a property the checks get that do not claim a fault: what they catch is told, and proves nothing. */
const few = 10

/** The table: for each fault that is tried the judges that caught it, and whether they claimed to. */
const printTable = async (seed: number, oneIn: number): Promise<boolean> => {
  const tried = faultIds.filter((_, index) => index % oneIn === 0)
  const caught = await convictions(seed, tried)
  /** Beside all other checks a restart takes long. */
  const trial = { keyring: await makeKeyring(), seed, checkMs: 300_000 }
  const honest = [
    ...(await verdictsOn({}, trial)),
    ...(await partyVerdictsOn({}, trial)),
    ...(await cacheVerdictsOn({}, trial)),
  ]
  const red = honest.filter(({ status }) => status !== 'pass').map(({ check }) => check)
  const width = Math.max(...tried.map((id) => id.length))
  console.log(
    `${tried.length} of ${faultIds.length} faults of the reference targets against every check of their role, seed ${seed}\n● claimed and caught   ○ caught beside, with ${few} cases   ✘ claimed and missed   · not caught\n`,
  )
  judges.forEach(({ id }, index) => console.log(`${' '.repeat(width)}  ${'│ '.repeat(index)}┌ ${id}`))

  for (const fault of tried) {
    const by = caught.get(fault) ?? []
    const cells = judges.map(({ id, kills }) =>
      kills.includes(fault) ? (by.includes(id) ? '●' : '✘') : by.includes(id) ? '○' : '·',
    )
    console.log(`${fault.padEnd(width)}  ${cells.join(' ')}  ${by.length === 0 ? 'SURVIVES' : ''}`)
  }

  const survivors = tried.filter((fault) => caught.get(fault)?.length === 0)
  const missed = judges.flatMap(({ id, kills }) =>
    kills
      .filter((fault) => tried.includes(fault) && !caught.get(fault)?.includes(id))
      .map((fault) => `${id} misses ${fault}`),
  )
  const catches = (id: string) => tried.some((fault) => caught.get(fault)?.includes(id))
  const idle = oneIn > 1 ? [] : judges.filter(({ id }) => !catches(id)).map(({ id }) => id)
  const say = (title: string, list: readonly string[]) =>
    console.log(`${title}: ${list.length === 0 ? 'none' : list.join(', ')}`)
  console.log('')
  say('red on the honest reference', red)
  say('faults that survive', survivors)
  say('claims that fail', missed)
  say('checks that catch nothing', idle)
  return [red, survivors, missed, idle].every((list) => list.length === 0)
}

if (isMainThread && import.meta.main) {
  const { seed, 'one-in': oneIn } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, 'one-in': { type: 'string', default: '1' } },
  }).values
  process.exitCode = (await printTable(Number(seed), Number(oneIn))) ? 0 : 1
}
if (!isMainThread && parentPort && import.meta.main) parentPort.postMessage(await convictShare(workerData as Share))
