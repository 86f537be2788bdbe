import { join } from 'node:path'
import type { Capability } from '../../fixtures/clauses/clause.ts'
import type { PartyProvision } from '../../fixtures/world/party-provision.ts'
import { everyKind } from '../../fixtures/world/slice.ts'
import type { World } from '../../fixtures/world/world.ts'
import { signerOf } from '../../mocks/idp/signer.ts'
import type { Issuer } from '../../mocks/issuer/issuer.ts'
import { issuerWire } from '../../mocks/issuer/issuer.ts'
import type { Signer } from '../../protocols/signature/sign.ts'
import { partyWorldByHand, readPartyByHand } from '../attach/by-hand.ts'
import type { Place } from '../attach/site.ts'
import { placeOf } from '../attach/site.ts'
import { asked, byPost } from '../control/asked.ts'
import type { PartyDriver, PartyPages, PartyProfile } from '../target/relying-party.ts'
import type { RoleModule } from './role.ts'

/** The broker that a party trusts, as a check acts for it. */
export type TrustedBroker = Pick<Issuer, 'name' | 'tenant' | 'clock'> & {
  /** Where visitors are sent to sign in and out. */
  endpoint: string
  /** The key that signs, the one that it rolls over to, and that of somebody else. */
  signer: Signer
  next: Signer
  stranger: Signer
}

/** The hands of a check of a relying party: how it is reached, and the broker before it. */
export type PartyHands = {
  party: PartyDriver
  /** Origins, without a trailing slash: of the party and of the broker. */
  at: { target: string; broker: string }
  profile: PartyProfile
  broker: TrustedBroker
  /** What is registered of the party and of the second one, if there is one. */
  registered: PartyProvision['parties']
  /** What the broker's metadata list from now on, the newest first; only a check of scope `exclusive` changes it. */
  publishes(...signers: readonly Signer[]): void
  /**
   * Has the party read the broker's metadata again; only a check of scope `exclusive` does it.
   *
   * @throws Inconclusive when the party does not
   */
  refreshMetadata(): Promise<void>
}

/** What of a relying party a check may ask for. */
export type PartyDeclared = [party: PartyDriver, declared: { profile: PartyProfile }]

/** What a universe holds for the checks of a relying party. */
export type PartyRoom = PartyHands

/** The relying party: a web application that takes its users from a broker over WS-Federation. */
export const partyRole: RoleModule<'relying-party'> = {
  hosts: { target: 'party.test', broker: 'broker.test' },
  describe: ({ capabilities }) => ({ dialect: 'wsfed', capabilities: new Set<Capability>(capabilities) }),
  kinds: ({ profile: { tokenVersions } }) => ({ ...everyKind, tokenVersions }),

  async stage({ target, world: seeded, clock, transcriptOf }) {
    const { party, profile, control, attach } = target
    const path = 'origins' in attach ? join(target.directory, attach.provision) : ''
    const given = 'origins' in attach ? await readPartyByHand(path) : undefined
    const world =
      given && 'origins' in attach
        ? partyWorldByHand(seeded, given, { path, expected: partyProvisionOf(seeded, party, placeOf(attach)) })
        : seeded
    const [signer, next, stranger] = [world.issuers.entra, world.issuers.acs, world.issuers.adfs].map((keys) =>
      signerOf({ keys }),
    ) as [Signer, Signer, Signer]
    const published: { signers: readonly Signer[] } = { signers: [signer] }
    const provision = (place: Place) => given?.provision ?? partyProvisionOf(world, party, place)
    const issuerAt = (place: Place): Issuer => {
      const { broker, parties, tenant } = provision(place)
      return {
        origin: place.mocks.broker ?? '',
        name: broker.issuer,
        clock,
        tenant,
        parties,
        users: Object.values(world.slices).flatMap(({ users }) => users),
        get signers() {
          return published.signers
        },
      }
    }
    return {
      world,
      transcript: transcriptOf(world),
      provision,
      mocks: (place) => ({ broker: issuerWire(issuerAt(place)) }),
      room({ at, wire, refreshMetadata }) {
        const refresh = control?.refreshMetadata
        const { name, tenant } = issuerAt(at)
        const { broker, parties } = provision(at)
        return {
          party,
          at: { target: at.target, broker: at.mocks.broker ?? '' },
          profile,
          broker: { name, tenant, clock, endpoint: broker.endpoint, signer, next, stranger },
          registered: parties,
          publishes: (...signers) => void (published.signers = signers),
          refreshMetadata: asked(
            typeof refresh === 'object' ? byPost(wire, at.target, refresh.path) : (refresh ?? refreshMetadata),
            'read the metadata again',
          ),
        }
      },
    }
  },

  lack: (check, room) => check.applies?.(room.party, room),
  hands: ({ party, at, profile, broker, registered, publishes, refreshMetadata }) => ({
    party,
    at,
    profile,
    broker,
    registered,
    publishes,
    refreshMetadata,
  }),
  calm: ({ publishes, broker }) => publishes(broker.signer),
}

/** What a relying party must know of its broker. */
export const partyProvisionOf = (
  world: World,
  { second, ...first }: PartyDriver,
  { target, mocks }: Place,
): PartyProvision => {
  const broker = mocks.broker ?? ''
  const registered = ({ realm, reply, page }: PartyPages) => ({
    realm: realm.replaceAll('{origin}', target),
    reply: target + reply,
    page: target + page,
  })
  return {
    schema: 'brokerspec-party-provision/1',
    broker: {
      issuer: `${broker}/`,
      endpoint: `${broker}/wsfed`,
      metadata: `${broker}/federationmetadata/2007-06/federationmetadata.xml`,
      certificates: [signerOf({ keys: world.issuers.entra }).certificate],
    },
    parties: [first, ...(second ? [second] : [])].map(registered),
    tenant: { claim: 'http://schemas.microsoft.com/identity/claims/tenantid', id: world.application.id },
  }
}
