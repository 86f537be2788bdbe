import type { CheckId } from '../fixtures/world/shapes.ts'
import type { World } from '../fixtures/world/world.ts'
import type { Wire } from '../protocols/wire.ts'
import { headerOf } from '../protocols/wire.ts'
import { makeBrowser } from './agent/browser.ts'
import { attachDirect, attachServed } from './attach/in-process.ts'
import { attachLaunched } from './attach/launched.ts'
import { attachRunning } from './attach/running.ts'
import type { Ground, Place, Site, Transport } from './attach/site.ts'
import { browserMark, mocksOf } from './attach/site.ts'
import { httpClockDriver } from './clock/http-driver.ts'
import type { UniverseClock } from './clock/universe-clock.ts'
import { makeUniverseClock } from './clock/universe-clock.ts'
import type { Inside } from './control/inside.ts'
import { insideOf } from './control/inside.ts'
import type { Invariant } from './judge/check.ts'
import type { Room, SharedRoom } from './judge/judge.ts'
import type { LauncherAddress } from './launch/launcher.ts'
import type { Exchange, MockActor } from './record/exchange.ts'
import { mockActors } from './record/exchange.ts'
import type { Transcript } from './record/transcript.ts'
import { makeTranscript } from './record/transcript.ts'
import { roleModules } from './roles/index.ts'
import type { JudgedRole, RoleModule } from './roles/role.ts'
import type { Target } from './target/target.ts'
import { Trouble } from './trouble.ts'
import { plainOriginOf } from './wire/plain.ts'

/** World, mocks and target, private to one worker. */
export type Universe<R extends JudgedRole = 'broker'> = Room<R> & UniverseOwn

type UniverseOwn = {
  world: World
  transcript: Transcript
  /** The wire of a browser that is not ours, and does what a check asks: all that goes over it is recorded as a browser's. */
  visitor(check: CheckId): Wire
  close(): Promise<void>
}

/** What a universe is made of. */
export type UniverseParts<R extends JudgedRole> = {
  target: Target<R> & { role: R }
  world: World
  transport: Transport
  invariants?: readonly Invariant[]
  launcher?: LauncherAddress
}

/**
 * Opens a universe: mocks first, then the target between them.
 *
 * @throws Trouble when the target cannot be started or reached.
 */
export const openUniverse = async <R extends JudgedRole>({
  target: ofRole,
  world: seeded,
  transport,
  invariants = [],
  launcher,
}: UniverseParts<R>): Promise<Universe<R>> => {
  const target: Target = ofRole as Target
  const module: RoleModule<R> = roleModules[target.role as R]
  const drivers: { target?: (now: number) => Promise<void> } = {}
  const clock = makeUniverseClock(async (now) => drivers.target?.(now))
  const stage = await module.stage({
    target: ofRole,
    world: seeded,
    clock,
    transcriptOf: (final) => makeTranscript(final, invariants),
  })
  const { world, transcript } = stage

  const ground: Ground = {
    target,
    world,
    clock,
    transport,
    launcher,
    hosts: module.hosts,
    provision: stage.provision,
    mocks(place) {
      const mocks = Object.entries(stage.mocks(place)) as [MockActor, Wire][]
      return Object.fromEntries(mocks.map(([actor, wire]) => [actor, recorded(wire, actor, { transcript, clock })]))
    },
  }
  const site: Site = { ...(await attach(ground)), another: () => attach({ ...ground, mocks: () => ({}) }) }
  const { inside, room } = await orLeft(site, () => ({ inside: insideFor(target, site), room: stage.room(site) }))
  if (target.capabilities.includes('nodes') && site.nodes.length < 2) {
    await site.close()
    throw new Trouble('usage', {
      place: 'attach.open',
      problem: 'the capability "nodes" is declared, but open() gives no list of two nodes or more',
      mend: 'give `nodes`, a wire to each of them, or take "nodes" away',
    })
  }
  const drive = target.control?.clock
  const driver =
    typeof drive === 'function' ? drive : drive ? httpClockDriver(site.wire, site.at.target, drive.path) : site.clock
  if (driver) drivers.target = driver
  const actorAt = actorsOf(site.at, module.hosts)
  const marked =
    (wire: Wire): Wire =>
    (request, signal) =>
      wire(
        Object.values(site.at.mocks).includes(request.origin)
          ? { ...request, headers: [...request.headers, [browserMark, '1']] }
          : request,
        signal,
      )
  const inTurn = (nodes: readonly number[]): Wire => {
    let turn = 0
    return (request, signal) => {
      const node = request.origin === site.at.target ? nodes[turn++ % nodes.length] : undefined
      return (site.nodes[node ?? -1] ?? site.wire)(request, signal)
    }
  }

  const browsing = (check: CheckId, phase: Exchange['phase'], signal: AbortSignal) => ({
    clock,
    signal,
    requestMs: target.profile.requestMs,
    record: (exchange: Omit<Exchange, 'n' | 'check' | 'phase' | 'at'>) =>
      transcript.record({ ...exchange, check, phase, at: clock.now() }),
  })
  const { plain } = site
  const plainOrigins = [site.at.target, ...(site.at.also ?? [])].map(plainOriginOf)

  const shared: SharedRoom & UniverseOwn = {
    world,
    clock,
    transcript,
    capabilities: module.describe(ofRole).capabilities,
    slice: (check) => world.slices[check],
    ...inside,
    async restart() {
      await inside.restart()
      await drivers.target?.(clock.now())
    },
    fromTarget: transcript.fromTarget,
    listen: transcript.listen,
    beginCase: transcript.beginCase,
    pinCase: transcript.pinCase,
    nodes: site.nodes.length,
    browser: (check, phase, signal) =>
      makeBrowser({
        wire: marked(site.wire),
        ...(site.nodes.length > 0 && { via: (nodes) => marked(inTurn(nodes)) }),
        actorAt,
        ...browsing(check, phase, signal),
      }),
    ...(plain && {
      plainBrowser: (check, phase, signal) =>
        makeBrowser({
          wire: plain,
          actorAt: (origin) => (plainOrigins.includes(origin) ? 'target' : undefined),
          ...browsing(check, phase, signal),
        }),
    }),
    visitor: (check) => (request, signal) => {
      const to = actorAt(request.origin)
      if (to === undefined) throw new TypeError(`a visitor was sent to ${request.origin}, which is nobody's`)
      return recording(marked(site.wire), { from: 'browser', to, check }, { transcript, clock })(request, signal)
    },
    close: site.close,
  }
  return Object.assign(room, shared, { role: target.role as R })
}

/** The target is left when its file does not say how it is moved or looked into. */
const orLeft = async <T>({ close }: Site, settled: () => T): Promise<T> => {
  try {
    return settled()
  } catch (cause) {
    await close()
    throw cause
  }
}

/** What can be seen and done inside the target. */
const insideFor = (
  { control = {}, directory, capabilities, profile }: Target,
  { inside: own = {}, wire, at }: Site,
): Inside => insideOf({ control, own, wire, origin: at.target, directory, capabilities, within: profile.requestMs })

/** Whom an origin of a place belongs to. */
const actorsOf = ({ target, also = [], mocks }: Place, hosts: Ground['hosts']) => {
  const actors = mocksOf(hosts)
  return (origin: string) =>
    origin === target || also.includes(origin) ? 'target' : actors.find((actor) => mocks[actor] === origin)
}

const attach = (ground: Ground): Promise<Site> => {
  const { attach: how } = ground.target
  if ('open' in how) return ground.transport === 'direct' ? attachDirect(how, ground) : attachServed(how, ground)
  return 'command' in how ? attachLaunched(how, ground) : attachRunning(how, ground)
}

/** Records what the target itself sends to a mock; a browser's requests are recorded where they begin. */
const recorded = (wire: Wire, actor: MockActor, by: Recorder): Wire => {
  const ofTarget = recording(wire, { from: 'target', to: actor, check: null }, by)
  return (request, signal) => (headerOf(request.headers, browserMark) === undefined ? ofTarget : wire)(request, signal)
}

type Recorder = { transcript: Transcript; clock: UniverseClock }

/** Records each request when it comes, and its answer. */
const recording =
  (wire: Wire, route: Pick<Exchange, 'check' | 'from' | 'to'>, { transcript, clock }: Recorder): Wire =>
  async (request, signal) => {
    const plane = mockActors.find((actor) => actor === route.to) ?? 'party'
    const answered = transcript.arrive({ ...route, phase: 'run', plane, at: clock.now(), request })
    try {
      const response = await wire(request, signal)
      answered({ response })
      return response
    } catch (cause) {
      answered({ broke: cause instanceof Error ? cause.message : String(cause) })
      throw cause
    }
  }
