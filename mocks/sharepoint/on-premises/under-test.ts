import { X509Certificate, hash } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { farmOf, farmProvider, sidOf } from '../../../fixtures/world/farms.ts'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { slice } from '../../../fixtures/world/slice.ts'
import { principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { windowsProvider } from '../../../protocols/high-trust/token.ts'
import { adfsHandlers } from '../../idp/adfs/handlers.ts'
import { issuerOf, makeAdfs } from '../../idp/adfs/state.ts'
import { signerOf } from '../../idp/signer.ts'
import { wireOf } from '../../wire.ts'
import { onPremisesHandlers } from './handlers.ts'
import { makeOnPremises } from './state.ts'

const shape = { tenants: 2, partiesPerTenant: 0, clientsPerTenant: 0, usersPerTenant: 2 }
const { tenants, users } = slice(1, 'farm', shape)
const [user, other, foreign] = users
const [tenant, away] = tenants
if (!user || !other || !foreign || !tenant || !away) throw new TypeError('the slice is too small')

/** For our own tests: two farms and the AD FS that they trust on one origin, and an app that signs as jose does. */
export const farmsUnderTest = (keys: { adfs: KeySet; farm: KeySet; app: KeySet }, origin = 'https://farm.test') => {
  const clock = { time: Date.UTC(2016, 3, 11, 18, 0, 12), now: () => clock.time }
  const [farm, awayFarm] = [farmOf(tenant), farmOf(away)]
  const reply = `${origin}/_trust/`
  const parties = [{ realm: farmProvider.realm, reply, subject: 'upn' } as const]
  const adfs = makeAdfs({ origin, clock, keys: keys.adfs, users, parties })
  const provider = { ...farmProvider, issuer: issuerOf(adfs), certificate: signerOf(adfs).certificate }
  const onPremises = makeOnPremises({ origin, clock, farms: [farm, awayFarm], users, provider, keys: keys.farm })
  const wire = wireOf([...adfsHandlers(adfs), ...onPremisesHandlers(onPremises)])
  const [certificate = ''] = keys.app.publicJwk.x5c ?? []
  const x5t = hash('sha1', new X509Certificate(Buffer.from(certificate, 'base64')).raw, 'base64url')
  const app = principalOf(farm.app.id, farm.realm)
  const aud = sharePointResourceOf(origin, farm.realm)
  const times = () => ({ nbf: clock.time / 1000 - 60, exp: clock.time / 1000 + 3600 }) as Record<string, unknown>

  const actorToken = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, signer = keys.app) =>
    new SignJWT({ aud, iss: principalOf(farm.issuer, farm.realm), nameid: app, trustedfordelegation: 'true', ...times(), ...claims }) // prettier-ignore
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t, ...header })
      .sign(signer.privateKey)
  const userToken = (actortoken: string, claims: Record<string, unknown> = {}) => {
    const said = { aud, iss: app, nameid: sidOf(user).toLowerCase(), nii: windowsProvider, actortoken, ...times() }
    return new UnsecuredJWT({ ...said, ...claims }).encode()
  }
  return { clock, origin, onPremises, wire, farm, awayFarm, app, aud, certificate, x5t, user, other, foreign, actorToken, userToken } // prettier-ignore
}
