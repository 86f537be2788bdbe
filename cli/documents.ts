import { single } from '../fixtures/world/slice.ts'
import { provisionOf } from '../fixtures/world/provision.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import { readCacheProvision, readPartyProvision, readProvision } from '../harness/attach/by-hand.ts'
import { resolveDialect } from '../harness/dialects/resolve.ts'
import { placeOf } from '../harness/attach/site.ts'
import { partyProvisionOf } from '../harness/roles/relying-party.ts'
import { cacheDocumentOf, cacheRole } from '../harness/roles/token-cache.ts'
import type { Described } from '../harness/roles/role.ts'
import { kindsOf } from '../harness/target/kinds.ts'
import type { Outline } from '../harness/target/outline.ts'
import type { AlreadyRunning } from '../harness/target/target.ts'

const shape = {
  ...single,
  tenants: 2,
  clientsPerTenant: 2,
  partiesPerTenant: 2,
  signInClientsPerTenant: 1,
  sharePointClientsPerTenant: 1,
}

/** As much as the checks of a token cache ask for; the last resources of a tenant have no audience. */
const cacheShape = {
  ...single,
  partiesPerTenant: 0,
  clientsPerTenant: 0,
  tenants: 2,
  sharePointClientsPerTenant: 50,
  sharePointClientsWithoutAudience: 12,
}

/** Of what a document is made; `existing` is the path of one whose keys alone are replaced. */
type Making = { keyring: Keyring; seed: number; existing: string | undefined }

/** The provision document of a target that is running. */
export const documentOf = (target: Outline, attach: AlreadyRunning, making: Making): Promise<object> => {
  if (target.role === 'relying-party') return ofParty(target, attach, making)
  return target.role === 'token-cache' ? ofCache(target, attach, making) : ofBroker(target, attach, making)
}

const ofBroker = async (target: Described<'broker'>, attach: AlreadyRunning, { keyring, seed, existing }: Making) => {
  const world = worldOf(seed, [{ id: 'provision', needs: { shape } }], keyring, kindsOf(target))
  const { target: origin, mocks } = placeOf(attach)
  const { paths } = resolveDialect(target.dialect)
  const fresh = provisionOf(world, { idp: mocks.idp ?? '', target: origin, paths })
  return existing === undefined ? fresh : { ...(await readProvision(existing)), issuers: fresh.issuers }
}

const ofParty = async (
  { party }: Described<'relying-party'>,
  attach: AlreadyRunning,
  { keyring, seed, existing }: Making,
) => {
  const fresh = partyProvisionOf(worldOf(seed, [], keyring), party, placeOf(attach))
  if (existing === undefined) return fresh
  const before = await readPartyProvision(existing)
  return { ...before, broker: { ...before.broker, certificates: fresh.broker.certificates } }
}

const ofCache = async (
  target: Described<'token-cache'>,
  attach: AlreadyRunning,
  { keyring, seed, existing }: Making,
) => {
  const world = worldOf(seed, [{ id: 'provision', needs: { shape: cacheShape } }], keyring, cacheRole.kinds(target))
  const fresh = cacheDocumentOf(world, target, placeOf(attach))
  if (existing === undefined) return fresh
  const before = await readCacheProvision(existing)
  return { ...before, inbound: { ...before.inbound, jwks: fresh.inbound.jwks } }
}
