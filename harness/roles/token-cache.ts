import { join } from 'node:path'
import type { Capability } from '../../fixtures/clauses/clause.ts'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import { audiencesOf, cacheProvisionOf } from '../../fixtures/world/cache-provision.ts'
import { provisionOf } from '../../fixtures/world/provision.ts'
import type { CheckId, Client, Slice, TokenService, User } from '../../fixtures/world/shapes.ts'
import { everyKind } from '../../fixtures/world/slice.ts'
import { appOnlyForm } from '../../mocks/broker/app-only.ts'
import { makeBroker } from '../../mocks/broker/broker.ts'
import type { World } from '../../fixtures/world/world.ts'
import type { HostileModeId } from '../../mocks/hostile-modes.ts'
import { mintAccess } from '../../mocks/idp/entra/mint.ts'
import type { Entra } from '../../mocks/idp/entra/state.ts'
import { revokeGrants } from '../../mocks/idp/entra/state.ts'
import type { Forgery } from '../../mocks/idp/forge-token.ts'
import type { Right } from '../../mocks/sharepoint/state.ts'
import type { OnPremises } from '../../mocks/sharepoint/on-premises/state.ts'
import { readCacheByHand } from '../attach/by-hand.ts'
import { cacheWorldByHand } from '../attach/cache-by-hand.ts'
import type { Place } from '../attach/site.ts'
import { placeOf } from '../attach/site.ts'
import { resolveDialect } from '../dialects/resolve.ts'
import type { CacheDriver, CacheProfile } from '../target/token-cache.ts'
import { forgedBy } from './broker.ts'
import type { HighTrustHands, HighTrustRoom } from './farms.ts'
import { farmsOf, highTrustRoom } from './farms.ts'
import { upstreamOf } from './broker-upstream.ts'
import { betweenCaches } from './cache-broker.ts'
import type { Columns, SharePointSide } from './cache-sharepoint.ts'
import { besideSharePoint } from './cache-sharepoint.ts'
import type { Described, RoleModule } from './role.ts'

/** The hands of a check of a token cache: how it is driven, and the broker and the resources around it. */
export type CacheHands = {
  cache: CacheDriver
  /** Origins, without a trailing slash. Token services and resources are at that of the identity provider. */
  at: { target: string; broker: string; idp: string; farm: string }
  profile: CacheProfile
  /** High trust: the farms around the target, and what it shows of itself. */
  highTrust: HighTrustHands
  /** Makes token services and resources misbehave towards the tenants of the slice, until called again. */
  hostile(...modes: HostileModeId[]): void
  /** Settles once a token service holds back an answer to a tenant of the slice, as one does that is set to answer late. */
  held(): Promise<void>
  /** Lets go all answers that are held back from the slice. */
  letsGo(): void
  /** Ends every grant of a user, as a change of password does. */
  revokes(user: User): void
  /** What a user may do at SharePoint Online, or what an app has been granted there, until the next control. */
  holds(whom: User | Client, right: Right): void
  /** Adds an item to a list of a realm with this token; gives who made it by its columns, or nothing where it was refused. */
  columnsBy(token: string, realm: string): Promise<Columns | undefined>
  /** A bearer token of a user for the target itself, as the directory issues it. */
  callersToken(user: User): Promise<string>
  /**
   * Makes another token out of one that a mock has issued: as it would have issued it, or forged.
   *
   * @throws Inconclusive for a token that none has issued
   */
  forges(token: string, forgery: Forgery): Promise<string>
}

/** What of a token cache a check may ask for. */
export type CacheDeclared = [
  cache: CacheDriver,
  declared: { profile: CacheProfile; highTrust: Pick<HighTrustHands, 'webCertificate'> },
]

/** What a universe holds for the checks of a token cache. */
export type CacheRoom = Omit<CacheHands, 'hostile' | 'highTrust' | 'held' | 'letsGo'> & {
  late(check: CheckId): Pick<CacheHands, 'held' | 'letsGo'>
  hostile(check: CheckId, modes: readonly HostileModeId[]): void
  highTrust: HighTrustRoom
  /** Gives everybody in a slice at SharePoint what they may do by themselves. */
  restoreRights(slice: Slice): void
}

/** The documented paths of the broker that stands before the token services. */
const { paths } = resolveDialect('k2trust')

/** Who sells the tokens for SharePoint Online. */
const soldBy = (profile: CacheProfile | undefined): TokenService => (profile?.through === 'entra' ? 'entra' : 'acs')

const originsAt = ({ target: origin, mocks }: Place) => ({ target: origin, broker: mocks.broker ?? '', idp: mocks.idp ?? '', farm: mocks.farm ?? '' }) // prettier-ignore

/** What a token cache must know of a world. */
export const cacheDocumentOf = (
  world: World,
  { cache, profile, capabilities }: Pick<Described<'token-cache'>, 'cache' | 'profile' | 'capabilities'>,
  place: Place,
): CacheProvision => {
  const { farm, ...others } = originsAt(place)
  return cacheProvisionOf(world, {
    ...others,
    ...(capabilities.includes('high-trust') && { farm }),
    direct: profile.through !== 'broker',
    appOnly: appOnlyForm,
    paths: { callback: cache.callback, authorize: paths.authorize, token: paths.token },
  })
}

/** The token cache: a server that keeps and renews OAuth tokens for users, through a broker. */
export const cacheRole: RoleModule<'token-cache'> = {
  hosts: { target: 'cache.test', broker: 'broker.test', idp: 'login.test', farm: 'sharepoint.test' },
  describe: ({ capabilities }) => ({ dialect: 'token-cache', capabilities: new Set<Capability>(capabilities) }),
  kinds: ({ profile }) => ({ ...everyKind, sharePoint: soldBy(profile) }),

  async stage({ target, world: seeded, clock, transcriptOf }) {
    const { cache, profile, attach } = target
    const directories: { entra?: Entra; sharePoint?: SharePointSide; onPremises?: OnPremises } = {}
    const direct = profile.through !== 'broker'
    const provisionFor = (of: World, place: Place) => cacheDocumentOf(of, target, place)
    const path = 'origins' in attach ? join(target.directory, attach.provision) : ''
    const given = 'origins' in attach ? await readCacheByHand(path) : undefined
    const { world, whole } =
      given && 'origins' in attach
        ? cacheWorldByHand(seeded, given, {
            path,
            sharePoint: soldBy(profile),
            expected: (all) => provisionFor(all, placeOf(attach)),
          })
        : { world: seeded, whole: seeded }
    const transcript = transcriptOf(world)
    return {
      world,
      transcript,
      provision: (place) => given?.provision ?? provisionFor(world, place),
      mocks(place) {
        const { broker, idp, farm, target: origin } = originsAt(place)
        const at = { target: broker, idp, paths }
        const known = provisionOf(whole, at)
        /** Whoever goes to the token services has the redirect URI that they know. */
        const asked = direct ? { ...at, target: origin, paths: { ...paths, callback: cache.callback } } : at
        const { entra, sharePoint, wire } = upstreamOf(world, known.application, asked, clock)
        directories.entra = entra
        directories.sharePoint = besideSharePoint(sharePoint, wire)
        const farms = farmsOf(world, { farm: farm === '' ? idp : farm, idp }, clock)
        directories.onPremises = farms.onPremises
        const clients = known.clients.map((client) => ({ ...client, redirectUris: [origin + cache.callback] }))
        return {
          idp: wire,
          farm: farms.wire,
          broker: makeBroker({ ...known, clients }, { origin: broker, clock, wire, ...betweenCaches }),
        }
      },
      room(site) {
        const at = originsAt(site.at)
        const opened = <T>(mock: T | undefined): T => {
          if (mock === undefined) throw new TypeError('the mocks are not open yet')
          return mock
        }
        const entra = () => opened(directories.entra)
        const sharePoint = () => opened(directories.sharePoint)
        const onPremises = () => opened(directories.onPremises)
        return {
          cache,
          at,
          profile,
          highTrust: highTrustRoom(world, site, { onPremises, within: profile.requestMs }),
          hostile(check, modes) {
            const { tenants = [], users = [] } = world.slices[check] ?? {}
            for (const { id } of tenants) {
              const first = users.find(({ tenant }) => tenant === id)
              if (first) entra().administrators.set(id, first.objectId)
              entra().modes.set(id, new Set(modes))
            }
          },
          late(check) {
            const tenants = (world.slices[check]?.tenants ?? []).map(({ id }) => id)
            return { held: () => entra().held.arrives(tenants), letsGo: () => tenants.forEach(entra().held.release) }
          },
          revokes: (user) => revokeGrants(entra(), user),
          holds: (whom, right) => sharePoint().holds(whom, right),
          columnsBy: (token, realm) => sharePoint().columnsBy(token, realm),
          restoreRights: (slice) => sharePoint().restore(slice),
          async callersToken(user) {
            const slice = Object.values(world.slices).find(({ users }) => users.includes(user))
            const tenant = slice?.tenants.find(({ id }) => id === user.tenant)
            const client = slice?.clients.find((one) => one.tenant === user.tenant)
            if (tenant === undefined || client === undefined) throw new TypeError('this user is of no slice')
            const [resource = ''] = audiencesOf(at.target)
            const granted = { tenant, client, user, resource, scopes: ['user_impersonation'], nonce: undefined }
            const token = await mintAccess(entra(), 1, granted)
            transcript.hide(token)
            return token
          },
          async forges(token, forgery) {
            const forged = await forgedBy(directories.entra, world, token, forgery)
            transcript.hide(forged)
            return forged
          },
        }
      },
    }
  },

  lack: (check, room) => check.applies?.(room.cache, room),
  hands: (
    { cache, at, profile, highTrust, hostile, late, revokes, holds, columnsBy, callersToken, forges },
    check,
  ) => ({
    cache,
    at,
    profile,
    highTrust: { ...highTrust, trusts: (certificates) => highTrust.trusts(check, certificates) },
    hostile: (...modes) => hostile(check, modes),
    ...late(check),
    revokes,
    holds,
    columnsBy,
    callersToken,
    forges,
  }),
  calm({ hostile, late, restoreRights }, check, slice) {
    hostile(check, [])
    late(check).letsGo()
    restoreRights(slice)
  },
}
