import type { Provision } from '../../fixtures/world/provision.ts'
import type { World } from '../../fixtures/world/world.ts'
import { adfsHandlers } from '../../mocks/idp/adfs/handlers.ts'
import { endpointsOf, issuerOf, makeAdfs } from '../../mocks/idp/adfs/state.ts'
import { entraHandlers } from '../../mocks/idp/entra/handlers.ts'
import type { Entra } from '../../mocks/idp/entra/state.ts'
import { makeEntra } from '../../mocks/idp/entra/state.ts'
import { microsoftOnline } from '../../mocks/idp/immutable-id.ts'
import { signerOf } from '../../mocks/idp/signer.ts'
import { sharePointApi } from '../../mocks/sharepoint/online/api.ts'
import { sharePointFront } from '../../mocks/sharepoint/online/front-channel.ts'
import type { SharePoint } from '../../mocks/sharepoint/online/state.ts'
import { makeSharePoint } from '../../mocks/sharepoint/online/state.ts'
import { acsHandlers } from '../../mocks/sts/acs/handlers.ts'
import { makeAcs } from '../../mocks/sts/acs/state.ts'
import { wireOf } from '../../mocks/wire.ts'
import type { Clock } from '../../protocols/clock.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { Endpoints } from '../dialects/dialect.ts'

/** Everything that stands behind a broker: the directory, the farm that it is federated with, ACS and SharePoint Online. */
export const upstreamOf = (
  world: World,
  application: Provision['application'],
  at: Endpoints,
  clock: Clock,
): { entra: Entra; sharePoint: SharePoint; wire: Wire } => {
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
  const sharePoint = makeSharePoint(acs)
  const handlers = [
    ...entraHandlers(entra),
    ...acsHandlers(acs),
    ...sharePointFront(acs),
    sharePointApi(sharePoint),
    ...adfsHandlers(adfs),
  ]
  return { entra, sharePoint, wire: wireOf(handlers) }
}

const everybody = ({ slices }: World) => {
  const all = Object.values(slices)
  return {
    tenants: all.flatMap(({ tenants }) => tenants),
    clients: all.flatMap(({ clients }) => clients),
    users: all.flatMap(({ users }) => users),
  }
}
