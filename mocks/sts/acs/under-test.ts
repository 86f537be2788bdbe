import type { KeySet } from '../../../fixtures/world/keys.ts'
import { applicationOf, slice } from '../../../fixtures/world/slice.ts'
import { encodeForm, queryOf } from '../../../protocols/form.ts'
import { headerOf } from '../../../protocols/wire.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { entraHandlers } from '../../idp/entra/handlers.ts'
import { makeEntra } from '../../idp/entra/state.ts'
import { sharePointFront } from '../../sharepoint/online/front-channel.ts'
import { wireOf } from '../../wire.ts'
import { acsHandlers } from './handlers.ts'
import type { Switches } from './state.ts'
import { makeAcs } from './state.ts'

const shape = {
  tenants: 2,
  partiesPerTenant: 0,
  clientsPerTenant: 0,
  usersPerTenant: 2,
  sharePointClientsPerTenant: 2,
}
const { tenants, clients, users } = slice(1, 'acs', shape)
const [[realm, away], [client, other, foreign], [user, second]] = [tenants, clients, users]
if (!realm || !away || !client || !other || !foreign || !user || !second) throw new TypeError('the slice is too small')

/** When a service under test is opened, in ms. */
export const start = Date.UTC(2016, 3, 11, 18, 0, 12)

const replyUrl = 'https://broker.test/callback'

/**
 * For our own tests: ACS with SharePoint's front and Entra ID behind it, all on one origin. The user of the first realm is
 * signed in without a page unless `signedIn` is false.
 */
export const acsUnderTest = (
  keys: KeySet,
  switches: Partial<Switches> = {},
  { signedIn = true, origin = 'https://login.test' } = {},
) => {
  const clock = { time: start, now: () => clock.time }
  const application = { ...applicationOf(1), realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
  const given = { origin, clock, keys, tenants, users, clients: [], replyUrl, application }
  const entra = makeEntra({ ...given, ...(signedIn && { auto: user }) })
  const acs = makeAcs({ entra, keys, clients, ...switches })
  const wire = wireOf([...entraHandlers(entra), ...acsHandlers(acs), ...sharePointFront(acs)])

  /** Where a page of SharePoint's is, with what is asked of it. */
  const pageAt = (name: string, changed: Record<string, string | undefined> = {}, at = realm.id) => {
    const asked = { client_id: client.id, response_type: 'code', redirect_uri: replyUrl, ...changed }
    const pairs = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined)
    return `/${at}/_layouts/15/${name}?${encodeForm(pairs)}`
  }
  const code = async (): Promise<string> => {
    const rawPath = pageAt('OAuthAuthorize.aspx')
    const response = await wire({ method: 'GET', origin, rawPath, headers: [] })
    return Object.fromEntries(queryOf(headerOf(response.headers, 'location') ?? ''))['code'] ?? ''
  }
  const misbehave = (...modes: HostileModeId[]) => void entra.modes.set(realm.id, new Set(modes))
  return {
    clock,
    entra,
    acs,
    wire,
    origin,
    replyUrl,
    pageAt,
    code,
    misbehave,
    realm,
    away,
    client,
    other,
    foreign,
    user,
    users: [user, second] as const,
  }
}
