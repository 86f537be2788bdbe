import { join } from 'node:path'
import { provisionOf } from '../fixtures/world/provision.ts'
import type { CheckId } from '../fixtures/world/shapes.ts'
import type { World } from '../fixtures/world/world.ts'
import { adfsHandlers } from '../mocks/idp/adfs/handlers.ts'
import { endpointsOf, issuerOf, makeAdfs } from '../mocks/idp/adfs/state.ts'
import { entraHandlers } from '../mocks/idp/entra/handlers.ts'
import type { Entra } from '../mocks/idp/entra/state.ts'
import { makeEntra } from '../mocks/idp/entra/state.ts'
import { forgeToken } from '../mocks/idp/forge-token.ts'
import { microsoftOnline } from '../mocks/idp/immutable-id.ts'
import { signerOf } from '../mocks/idp/signer.ts'
import { sharePointFront } from '../mocks/sharepoint/online/front-channel.ts'
import { acsHandlers } from '../mocks/sts/acs/handlers.ts'
import { makeAcs } from '../mocks/sts/acs/state.ts'
import { wireOf } from '../mocks/wire.ts'
import type { Wire } from '../protocols/wire.ts'
import { headerOf } from '../protocols/wire.ts'
import { makeBrowser } from './agent/browser.ts'
import { readByHand, worldByHand } from './attach/by-hand.ts'
import { attachDirect, attachServed } from './attach/in-process.ts'
import { attachLaunched } from './attach/launched.ts'
import { attachRunning } from './attach/running.ts'
import type { Ground, Site, Transport } from './attach/site.ts'
import { browserMark } from './attach/site.ts'
import { httpClockDriver } from './clock/http-driver.ts'
import type { UniverseClock } from './clock/universe-clock.ts'
import { makeUniverseClock } from './clock/universe-clock.ts'
import type { Inside } from './control/inside.ts'
import { insideOf } from './control/inside.ts'
import { isTargets } from './dialects/dialect.ts'
import { capabilitiesOf, resolveDialect } from './dialects/resolve.ts'
import { Inconclusive } from './judge/blame.ts'
import type { Invariant } from './judge/check.ts'
import type { Room } from './judge/judge.ts'
import { askedOfTarget, httpRotation } from './keys/rotation.ts'
import type { LauncherAddress } from './launch/launcher.ts'
import type { Exchange } from './record/exchange.ts'
import type { Transcript } from './record/transcript.ts'
import { makeTranscript } from './record/transcript.ts'
import type { Target } from './target/target.ts'
import { Trouble } from './trouble.ts'
import { plainOriginOf } from './wire/plain.ts'

/** World, mocks and target, private to one worker. */
export type Universe = Room & { world: World; clock: UniverseClock; transcript: Transcript; close(): Promise<void> }

/** What a universe is made of. */
export type UniverseParts = {
  target: Target
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
export const openUniverse = async ({
  target,
  world: seeded,
  transport,
  invariants = [],
  launcher,
}: UniverseParts): Promise<Universe> => {
  const dialect = resolveDialect(target.dialect)
  const given =
    'origins' in target.attach ? await readByHand(join(target.directory, target.attach.provision)) : undefined
  const world = given ? worldByHand(seeded, given) : seeded
  const transcript = makeTranscript(world, invariants)
  const drivers: { target?: (now: number) => Promise<void> } = {}
  const directories: { entra?: Entra } = {}
  const clock = makeUniverseClock(async (now) => drivers.target?.(now))

  const ground: Ground = {
    target,
    dialect,
    world,
    clock,
    transport,
    launcher,
    provision: (at) => given?.provision ?? provisionOf(world, at),
    idp(at) {
      const { application } = ground.provision(at)
      const { tenants, clients, users } = everybody(world)
      const { certificate } = signerOf({ keys: world.issuers.adfs })
      const farm = { origin: at.idp, issuer: issuerOf({ origin: at.idp }), certificate }
      const entra = makeEntra({
        origin: at.idp,
        clock,
        keys: world.issuers.entra,
        replyUrl: at.target + at.paths.callback,
        application,
        farm: { ...farm, endpoint: endpointsOf(farm).passive },
        tenants,
        users,
        clients: clients.filter(({ tokenService }) => tokenService === 'entra'),
      })
      const acs = makeAcs({
        entra,
        keys: world.issuers.acs,
        clients: clients.filter(({ tokenService }) => tokenService === 'acs'),
      })
      directories.entra = entra
      const adfs = makeAdfs({
        origin: at.idp,
        clock,
        keys: world.issuers.adfs,
        users: entra.users,
        parties: [
          { realm: microsoftOnline, reply: `${at.idp}/login.srf`, subject: 'immutable-id' },
          { realm: application.realm, reply: application.reply, subject: 'upn' },
        ],
      })
      return recorded(
        wireOf([...entraHandlers(entra), ...acsHandlers(acs), ...sharePointFront(acs), ...adfsHandlers(adfs)]),
        transcript,
        clock,
      )
    },
  }
  const site = await attach(ground)
  const inside = await insideFor(target, site)
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
  const rotate = target.control?.rotateKey
  const rotation =
    typeof rotate === 'object' ? httpRotation(site.wire, site.at.target, rotate.path) : (rotate ?? site.rotateKey)

  const actorAt = (origin: string) =>
    isTargets(site.at, origin) ? 'target' : origin === site.at.idp ? 'idp' : undefined
  const marked =
    (wire: Wire): Wire =>
    (request, signal) =>
      wire(
        request.origin === site.at.idp ? { ...request, headers: [...request.headers, [browserMark, '1']] } : request,
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

  return {
    world,
    dialect,
    clock,
    transcript,
    at: site.at,
    capabilities: capabilitiesOf(target.capabilities, dialect),
    slice: (check) => world.slices[check],
    profile: target.profile,
    triggers: target.control?.triggers ?? {},
    application: ground.provision(site.at).application,
    rotateKey: askedOfTarget(rotation),
    ...inside,
    async restart() {
      await inside.restart()
      await drivers.target?.(clock.now())
    },
    hostile(check, modes) {
      for (const { id } of world.slices[check]?.tenants ?? []) directories.entra?.modes.set(id, new Set(modes))
    },
    asserts: ({ objectId }, said) => void directories.entra?.asserted.set(objectId, said),
    async forges(token, forgery) {
      const { entra } = directories
      const forged = entra && (await forgeToken(entra, Object.values(world.issuers), token, forgery))
      if (forged === undefined)
        throw new Inconclusive('unreadable', 'the access token that the target hands out is not one that it was issued')
      transcript.hide(forged)
      return forged
    },
    fromTarget: transcript.fromTarget,
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
    close: site.close,
  }
}

/** What can be seen and done inside the target; it is left when the target file does not say how. */
const insideFor = async (
  { control = {}, directory, capabilities, profile }: Target,
  { inside: own = {}, wire, at, close }: Site,
): Promise<Inside> => {
  try {
    return insideOf({ control, own, wire, origin: at.target, directory, capabilities, within: profile.requestMs })
  } catch (cause) {
    await close()
    throw cause
  }
}

const attach = (ground: Ground): Promise<Site> => {
  const { attach: how } = ground.target
  if ('open' in how) return ground.transport === 'direct' ? attachDirect(how, ground) : attachServed(how, ground)
  return 'command' in how ? attachLaunched(how, ground) : attachRunning(how, ground)
}

/** Records what the target itself sends to a mock; a browser's requests are recorded where they begin. */
const recorded =
  (wire: Wire, transcript: Transcript, clock: UniverseClock): Wire =>
  async (request, signal) => {
    const response = await wire(request, signal)
    if (headerOf(request.headers, browserMark) === undefined) {
      const route: Pick<Exchange, 'check' | 'phase' | 'plane' | 'from' | 'to'> = {
        check: null,
        phase: 'run',
        plane: 'idp',
        from: 'target',
        to: 'idp',
      }
      transcript.record({ ...route, at: clock.now(), request, response })
    }
    return response
  }

const everybody = ({ slices }: World) => {
  const all = Object.values(slices)
  return {
    tenants: all.flatMap(({ tenants }) => tenants),
    clients: all.flatMap(({ clients }) => clients),
    users: all.flatMap(({ users }) => users),
  }
}
