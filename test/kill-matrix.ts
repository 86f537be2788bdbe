import type { Keyring } from '../fixtures/world/world.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { FaultId } from '../mocks/faults/catalogue.ts'
import { faults, faulty, oauthFaults } from '../mocks/faults/catalogue.ts'
import { awaiting } from '../mocks/faults/awaiting.ts'
import { checks, invariants } from '../suites/index.ts'
import { verdictsOn } from './proving-ground.ts'

/** Every fault that a check may claim, in the order of the catalogue. */
export const faultIds = (Object.keys(faults) as FaultId[]).filter((id) => !awaiting.has(id))

/** Every check and invariant, with what it claims to catch. */
export const judges = [...checks, ...invariants].map(({ id, kills }) => ({ id, kills: kills as readonly FaultId[] }))

/** A fault of one side of the broker cannot show on the other, which shares no decision with it. */
const checksFor = (fault: FaultId) => checks.filter(({ id }) => id.startsWith('authorize.') === fault in oauthFaults)

/** Which of the judges convict the reference broker with this fault. */
export const convictedBy = async (
  fault: FaultId,
  keyring: Keyring,
  seed: number,
  chosen = checks,
): Promise<string[]> => {
  const verdicts = await verdictsOn(faulty(fault), {
    keyring,
    seed,
    chosen: chosen === checks ? checksFor(fault) : chosen,
  })
  return verdicts.filter(({ status }) => status === 'fail').map(({ check }) => check)
}

/** The whole table: for every fault the judges that caught it, and whether they claimed to. */
const printTable = async (seed: number): Promise<boolean> => {
  const keyring = await makeKeyring()
  const honest = await verdictsOn({}, { keyring, seed })
  const red = honest.filter(({ status }) => status !== 'pass').map(({ check }) => check)
  const width = Math.max(...faultIds.map((id) => id.length))
  console.log(
    `Every fault of the reference broker against every check, seed ${seed}\n● claimed and caught   ○ caught beside   ✘ claimed and missed   · not caught\n`,
  )
  judges.forEach(({ id }, index) => console.log(`${' '.repeat(width)}  ${'│ '.repeat(index)}┌ ${id}`))

  const caught = new Map<FaultId, string[]>()
  for (const fault of faultIds) {
    const by = await convictedBy(fault, keyring, seed)
    caught.set(fault, by)
    const cells = judges.map(({ id, kills }) =>
      kills.includes(fault) ? (by.includes(id) ? '●' : '✘') : by.includes(id) ? '○' : '·',
    )
    console.log(`${fault.padEnd(width)}  ${cells.join(' ')}  ${by.length === 0 ? 'SURVIVES' : ''}`)
  }

  const survivors = faultIds.filter((fault) => caught.get(fault)?.length === 0)
  const missed = judges.flatMap(({ id, kills }) =>
    kills.filter((fault) => !caught.get(fault)?.includes(id)).map((fault) => `${id} misses ${fault}`),
  )
  const idle = judges.filter(({ id }) => !faultIds.some((fault) => caught.get(fault)?.includes(id))).map(({ id }) => id)
  const say = (title: string, list: readonly string[]) =>
    console.log(`${title}: ${list.length === 0 ? 'none' : list.join(', ')}`)
  console.log('')
  say('red on the honest reference', red)
  say('faults that survive', survivors)
  say('claims that fail', missed)
  say('checks that catch nothing', idle)
  return [red, survivors, missed, idle].every((list) => list.length === 0)
}

if (import.meta.main) process.exitCode = (await printTable(Number(process.argv[2] ?? 1))) ? 0 : 1
