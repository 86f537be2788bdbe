import { join } from 'node:path'
import type { CheckId, User } from '../../fixtures/world/shapes.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { provisionOf } from '../../fixtures/world/provision.ts'
import type { World } from '../../fixtures/world/world.ts'
import type { HostileModeId } from '../../mocks/hostile-modes.ts'
import type { Asserted } from '../../mocks/idp/entra/asserted.ts'
import { setModes } from '../../mocks/idp/entra/directory.ts'
import type { Entra } from '../../mocks/idp/entra/state.ts'
import type { Forgery } from '../../mocks/idp/forge-token.ts'
import { forgeToken } from '../../mocks/idp/forge-token.ts'
import { readByHand, worldByHand } from '../attach/by-hand.ts'
import type { Place } from '../attach/site.ts'
import type { Registration } from '../control/registration.ts'
import { registrationOf } from '../control/registration.ts'
import type { Dialect, Endpoints } from '../dialects/dialect.ts'
import { capabilitiesOf, resolveDialect } from '../dialects/resolve.ts'
import type { Triggers } from '../dialects/trigger.ts'
import { Inconclusive } from '../judge/blame.ts'
import { asked, byPost } from '../control/asked.ts'
import { kindsOf } from '../target/kinds.ts'
import type { Profile } from '../target/target.ts'
import { upstreamOf } from './broker-upstream.ts'
import type { RoleModule } from './role.ts'

/** What of the target's own application at the identity provider a check may look for: client id, realm, reply URL. */
type Application = Pick<Provision['application'], 'id' | 'realm' | 'reply'>

/** The hands of a check of a broker: its dialect, and the identity provider behind it. */
export type BrokerHands = {
  dialect: Dialect
  at: Endpoints
  profile: Profile
  /** Requests that the target declares to end in a row of its error table. */
  triggers: Triggers
  /** The target's own application at the identity provider. */
  application: Application
  /**
   * Has the target replace the key that it signs tokens with, which stays replaced; only a check of scope `exclusive` does it.
   *
   * @throws Inconclusive when the target does not
   */
  rotateKey(): Promise<void>
  /** How a party is registered. */
  registration: Registration
  /** Makes the identity provider misbehave towards the tenants of the slice, until called again. */
  hostile(...modes: HostileModeId[]): void
  /** Makes the identity provider say this of a user of the slice in its tokens, until called again. */
  asserts(user: User, said: Asserted): void
  /**
   * Makes another token out of one that the identity provider has issued: as it would have issued it, or forged.
   *
   * @throws Inconclusive for a token that it has not issued
   */
  forges(token: string, forgery: Forgery): Promise<string>
}

/** What of a broker a check may ask for: its dialect, and what else it declares. */
export type BrokerDeclared = [dialect: Dialect, declared: { profile: Profile; triggers: Triggers }]

/** What a universe holds for the checks of a broker. */
export type BrokerRoom = Omit<BrokerHands, 'hostile'> & {
  /** Sets the hostile modes of the identity provider towards the tenants of a check's slice. */
  hostile(check: CheckId, modes: readonly HostileModeId[]): void
}

/** The broker: an RP-STS and OAuth redirector between an identity provider and its parties. */
export const brokerRole: RoleModule<'broker'> = {
  hosts: { target: 'broker.test', idp: 'login.test' },
  describe({ dialect, capabilities }) {
    const resolved = resolveDialect(dialect)
    return { dialect: resolved.name, capabilities: capabilitiesOf(capabilities, resolved) }
  },
  kinds: kindsOf,

  async stage({ target, world: seeded, clock, transcriptOf }) {
    const dialect = resolveDialect(target.dialect)
    const given =
      'origins' in target.attach ? await readByHand(join(target.directory, target.attach.provision)) : undefined
    const world = given ? worldByHand(seeded, given) : seeded
    const transcript = transcriptOf(world)
    const directories: { entra?: Entra } = {}
    const endpointsAt = ({ target: origin, also, mocks }: Place): Endpoints => ({
      target: origin,
      ...(also && { also }),
      idp: mocks.idp ?? '',
      paths: dialect.paths,
    })
    const provision = (place: Place) => given?.provision ?? provisionOf(world, endpointsAt(place))

    return {
      world,
      transcript,
      provision,
      mocks(place) {
        const { entra, wire } = upstreamOf(world, provision(place).application, endpointsAt(place), clock)
        directories.entra = entra
        return { idp: wire }
      },
      room: ({ at: place, wire, rotateKey, registration }) => {
        const at = endpointsAt(place)
        const rotate = target.control?.rotateKey
        return {
          dialect,
          at,
          profile: target.profile,
          triggers: target.control?.triggers ?? {},
          application: provision(place).application,
          rotateKey: asked(
            typeof rotate === 'object' ? byPost(wire, at.target, rotate.path) : (rotate ?? rotateKey),
            'rotate its key',
          ),
          registration: registrationOf(target.control?.registration ?? registration, {
            target: at.target,
            capabilities: target.capabilities,
          }),
          hostile(check, modes) {
            for (const { id } of world.slices[check]?.tenants ?? [])
              if (directories.entra) setModes(directories.entra, id, modes)
          },
          asserts: ({ objectId }, said) => void directories.entra?.asserted.set(objectId, said),
          async forges(token, forgery) {
            const forged = await forgedBy(directories.entra, world, token, forgery)
            transcript.hide(forged)
            return forged
          },
        }
      },
    }
  },

  lack: (check, room) => check.applies?.(room.dialect, room),
  hands: (
    { dialect, at, profile, triggers, application, rotateKey, registration, hostile, asserts, forges },
    check,
  ) => ({
    dialect,
    at,
    profile,
    triggers,
    application,
    rotateKey,
    registration,
    hostile: (...modes) => hostile(check, modes),
    asserts,
    forges,
  }),
  calm({ hostile, asserts }, check, { users }) {
    hostile(check, [])
    for (const user of users) asserts(user, {})
  },
}

/**
 * Makes another token out of one that a mock has issued.
 *
 * @throws Inconclusive for a token that none has issued
 */
export const forgedBy = async (entra: Entra | undefined, { issuers }: World, token: string, forgery: Forgery) => {
  const forged = entra && (await forgeToken(entra, Object.values(issuers), token, forgery))
  if (forged !== undefined) return forged
  throw new Inconclusive('unreadable', 'the access token that the target hands out is not one that it was issued')
}
