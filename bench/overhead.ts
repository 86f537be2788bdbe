import type { Keyring } from '../fixtures/world/world.ts'
import { makeBrowser } from '../harness/agent/browser.ts'
import type { Room } from '../harness/judge/judge.ts'
import type { Universe } from '../harness/universe.ts'
import type { Wire } from '../protocols/wire.ts'
import { forAll, judgeAll, openReference, worldOfAll } from './check-set.ts'
import type { Figure } from './figure.ts'
import type { Recording } from './recording.ts'
import { record, serveStub, stubOf } from './recording.ts'
import { inUnits, timeOf } from './compare.ts'
import { makeStopwatch } from './stopwatch.ts'

/**
 * What the harness costs, whatever it is pointed at. The unit is the same check set with the same concurrency on a stub that
 * serves recorded answers in the places of broker and identity provider.
 *
 * - `https`: the checks of the authorize flow against the reference broker over HTTPS. The time that the broker takes to answer is taken off, as
 *   the stub's is. The mock identity provider counts as harness here, and is what the unit lacks.
 *
 * The others explain it. Their unit is a bare client: it sends the recorded requests over the same HTTPS wire to the same
 * stub, those of a check one after the other, as many checks side by side as in a run.
 *
 * - `over bare`: all checks against the reference broker, as above.
 * - `over bare, recorded`: all checks on the stub, so that both clients do the same on the same wire.
 * - `over bare, direct`: the same without any wire. A bare direct client would do next to nothing, so the unit stays the
 *   bare HTTPS client: it says what a run without sockets costs in units of one with them.
 *
 * Client, mocks and target share one thread, where one thing happens at a time: times add up, taking one off is exact,
 * and no second core hides any of it. Both halves of the wire are part of the unit. Loading modules, making keys and
 * opening the universe are left out on both sides.
 */
export const overhead: Figure = {
  name: 'overhead',
  tells: 'the authorize flow on the reference broker, over the same checks on recorded answers',
  async measure(keyring) {
    const recording = await record(keyring)
    const overlaps = new Set<number>()
    const live = () => harness(keyring, (count) => overlaps.add(count))
    const { https } = await inUnits(3, () => onStub(recording, keyring, 'https'), { https: live })
    const { over, recorded, direct } = await inUnits(2, () => bare(recording, keyring), {
      over: live,
      recorded: () => onStub(recording, keyring, 'https'),
      direct: () => onStub(recording, keyring, 'direct'),
    })
    const most = Math.max(...overlaps)
    const { length } = recording.exchanges
    const bound = most > 0 ? `; a lower bound, since ${most} requests overlapped in the broker` : ''
    return [
      { name: 'https', ratios: https, goal: { atMost: 1.25 }, note: `${length} requests${bound}` },
      { name: 'over bare', ratios: over, note: 'the unit is a bare client with the same requests' },
      { name: 'over bare, recorded', ratios: recorded, note: 'without the mock identity provider' },
      { name: 'over bare, direct', ratios: direct, note: 'without a wire either' },
    ]
  },
}

const harness = async (keyring: Keyring, tell: (overlaps: number) => void): Promise<number> => {
  const watch = makeStopwatch()
  const universe = await openReference(worldOfAll(keyring), 'https', { around: watch.over })
  try {
    const wall = await timeOf(() => judgeAll(universe))
    tell(watch.overlaps())
    return wall - watch.ms()
  } finally {
    await universe.close()
  }
}

const bare = async (recording: Recording, keyring: Keyring): Promise<number> => {
  const watch = makeStopwatch()
  const byCheck = Map.groupBy(recording.exchanges, ({ check }) => check)
  const { wire, close } = await serveStub(recording, keyring, watch)
  try {
    const wall = await timeOf(() =>
      forAll(async ({ id }) => {
        for (const { request } of byCheck.get(id) ?? []) await wire(request)
      }),
    )
    return wall - watch.ms()
  } finally {
    await close()
  }
}

const onStub = async (recording: Recording, keyring: Keyring, transport: 'direct' | 'https'): Promise<number> => {
  const watch = makeStopwatch()
  const universe = await openReference(worldOfAll(keyring), 'direct')
  const direct = { wire: stubOf(recording), close: async () => undefined }
  const { wire, close } = transport === 'https' ? await serveStub(recording, keyring, watch) : direct
  try {
    const wall = await timeOf(() => judgeAll(roomOn(universe, recording, wire)))
    if (universe.transcript.inspected() !== recording.exchanges.length) throw new Error('other requests than recorded')
    return wall - watch.ms()
  } finally {
    await Promise.all([close(), universe.close()])
  }
}

/** The universe as a check sees it, with its browsers on another wire. */
const roomOn = (universe: Universe, { at }: Recording, wire: Wire): Room => ({
  ...universe,
  at,
  browser: (check, phase, signal) =>
    makeBrowser({
      wire,
      clock: universe.clock,
      via: () => wire,
      actorAt: (origin) => (origin === at.target ? 'target' : origin === at.idp ? 'idp' : undefined),
      signal,
      requestMs: universe.profile.requestMs,
      record: (exchange) => universe.transcript.record({ ...exchange, check, phase, at: universe.clock.now() }),
    }),
})
