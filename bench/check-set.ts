import type { Keyring, World } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import type { Room } from '../harness/judge/judge.ts'
import { judge } from '../harness/judge/judge.ts'
import type { Running } from '../harness/target/target.ts'
import { readTarget } from '../harness/target/load.ts'
import type { Universe } from '../harness/universe.ts'
import { openUniverse } from '../harness/universe.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import { makeSigning } from '../mocks/broker/signing.ts'
import { makeStoredBroker } from '../mocks/broker/stored.ts'
import type { Wire } from '../protocols/wire.ts'
import { brokerChecks as all, invariants } from '../suites/index.ts'
import { referenceBroker } from '../targets/reference/target.ts'
import { sideBySide } from './compare.ts'

/** What `brokerspec run` does without options: cases for each property, and checks side by side in a worker. */
export const usual = { seed: 1, runs: 100, atOnce: 8 }

/**
 * The checks of the authorize flow, whose answers can be recorded and given again. A sign-in cannot be replayed: its tokens are
 * signed anew and verified, and what that costs is a figure of its own.
 */
const checks = all.filter(({ id }) => id.startsWith('authorize.') && !id.endsWith('.sign-in'))

/** The world of these checks. */
export const worldOfAll = (keyring: Keyring): World => worldOf(usual.seed, checks, keyring)

/** Opens a universe around the reference broker, whose wire may be wrapped. */
export const openReference = (
  world: World,
  transport: Transport,
  { around = (wire: Wire) => wire, more = [] as readonly Invariant[] } = {},
): Promise<Universe> => {
  const attach: { open: (...given: Parameters<typeof makeBroker>) => Running } = {
    open(provision, io) {
      const broker = makeStoredBroker(provision, { ...io, signing: makeSigning('broker.test') }, 3)
      const nodes = broker.nodes.map(around)
      return { ...broker, wire: nodes[0] ?? around(makeBroker(provision, io)), nodes }
    },
  }
  const target = readTarget({ ...referenceBroker(), attach }, 'bench')
  return openUniverse({ target, world, transport, invariants: [...invariants, ...more] })
}

/**
 * Does something with every one of them as a worker of the product does: side by side with those of their own
 * slice, then one after the other with those that need the universe alone.
 */
export const forAll = async (body: (check: Check) => Promise<unknown>): Promise<void> => {
  const ofScope = (scope: Check['needs']['scope']) => checks.filter(({ needs }) => needs.scope === scope)
  await sideBySide(ofScope('slice'), usual.atOnce, body)
  await sideBySide(ofScope('exclusive'), 1, body)
}

/**
 * Judges them all.
 *
 * @throws Error when one does not pass: then something else was measured.
 */
export const judgeAll = (room: Room): Promise<void> =>
  forAll(async (check) => {
    const verdict = await judge(check, room, { seed: usual.seed, runs: usual.runs })
    if (verdict.status !== 'pass') throw new Error(`${check.id}: ${JSON.stringify(verdict)}`)
    if (check.needs.scope === 'exclusive') await room.clock.reset()
  })
