import { SignJWT } from 'jose'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { encodeForm } from '../../protocols/form.ts'
import type { Wire, WireResponse } from '../../protocols/wire.ts'
import { certified, makeHighTrustKey } from './high-trust-key.ts'
import type {
  Claims,
  FarmCall,
  HighTrustKey,
  HighTrustKeys,
  HighTrustPolicies,
  SentToken,
} from './high-trust-policies.ts'
import type { TokenRequest } from './policies.ts'

/** What high trust works with. */
export type HighTrustParts = {
  provision: CacheProvision
  policies: HighTrustPolicies
  clock: Clock
  wire: Wire
  origin: string
}

/** High trust of an installation: it calls farms by tokens that it signs itself. */
export type HighTrust = {
  /** Calls a farm for a user; `undefined`: it knows no such farm or user. */
  call(id: string, user: string): Promise<WireResponse | undefined>
  /** The metadata document. */
  document(): Promise<string | undefined>
  /** It has begun anew; the key is what it was. */
  restart(): void
  /** The certificate that is presented to whoever calls by TLS: base64 of DER. */
  webCertificate(): Promise<string>
}

/** Where the metadata document is. */
export const documentPath = '/autodiscover/api/metadatadocument'

const mostSent = 200
const nobody = { name: '', sid: '', displayName: '' }
const keyName = 'K2 OAuth High Trust'
const documented = { digest: 'SHA-512', signedBy: 'itself' } as const

/**
 * The high trust of the reference token cache. The key of an installation is made when it is first needed, and stays.
 *
 * @see OAUTH: On-premises vs. Online
 */
export const makeHighTrust = ({ provision, policies, clock, wire, origin }: HighTrustParts): HighTrust => {
  const begun = clock.now()
  const keys = onceOnly(async (): Promise<HighTrustKeys> => {
    const own = await policies.keyOf((wanted) => makeHighTrustKey(keyName, wanted))
    const other = onceOnly(() => makeHighTrustKey(keyName, { bits: 2048, ...documented }))
    return { own, ownAnew: () => certified(keyName, own.pair, documented), other }
  })
  const web = onceOnly(() => makeHighTrustKey(new URL(origin).hostname, { bits: 2048, ...documented }))
  const starts = { again: 0 }
  const current = async (): Promise<HighTrustKeys> => {
    const all = await keys()
    return { ...all, own: await policies.keyAfter(starts.again, all) }
  }
  const sent: SentToken[] = []
  const flights = new Map<string, Promise<string>>()

  const signed = async (call: FarmCall): Promise<string> => {
    const key = await policies.signsWith(await current(), call)
    const token = await tokenFor(call, key, provision, policies, policies.identityOf(call))
    sent.push({ token, farm: call.farm, user: call.user, at: call.now })
    if (sent.length > mostSent) sent.shift()
    return token
  }
  const alone = async (call: FarmCall): Promise<string> => tokenFor(call, (await current()).own, provision, policies)
  const tokenOf = (call: FarmCall): Promise<string> => {
    const known = policies.reuses(sent, call)
    if (known !== undefined) return Promise.resolve(known)
    const name = policies.sharesSigning(call)
    if (name === undefined) return signed(call)
    const flight = flights.get(name) ?? signed(call)
    flights.set(name, flight)
    return flight
  }

  return {
    async call(id, name) {
      const farm = provision.onPremises?.find((one) => one.id === id)
      const who = farm && policies.whoIs(name, farm)
      if (farm === undefined || who === undefined) return undefined
      const call = { farm, user: who === 'app' ? nobody : who, now: clock.now(), begun }
      for (const request of policies.asksFirst(call, provision)) await asks(request, wire)
      const api = new URL(farm.api)
      const headers: [string, string][] = [
        ['authorization', `Bearer ${await (who === 'app' ? alone(call) : tokenOf(call))}`],
        ['accept', 'application/json'],
      ]
      try {
        return await wire({ method: 'GET', origin: api.origin, rawPath: api.pathname + api.search, headers })
      } finally {
        flights.delete(policies.sharesSigning(call) ?? '')
      }
    },
    async document() {
      const [farm] = provision.onPremises ?? []
      const about = { name: 'K2', issuer: farm?.issuerId ?? '', location: origin + documentPath }
      return policies.writes(about, await policies.publishes(await current()))
    },
    restart: () => void (starts.again += 1),
    webCertificate: async () => (await policies.presents(await web(), await current())).certificate,
  }
}

/** The tokens of a call: an actor token that the app signs, and around it what it says of the user, unless the app calls alone. */
const tokenFor = async (
  call: FarmCall,
  { pair, thumbprint }: HighTrustKey,
  provision: CacheProvision,
  policies: HighTrustPolicies,
  identity?: Claims,
): Promise<string> => {
  const { issuer, app } = policies.actsAs(call, provision)
  const about = { aud: policies.audienceOf(call, provision), ...policies.timesOf(call) }
  const actor = { ...about, iss: issuer, nameid: app, ...(identity && policies.delegation(call)) }
  const actortoken = await new SignJWT(actor).setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: thumbprint }).sign(pair.privateKey) // prettier-ignore
  return identity ? unsigned({ ...about, iss: app, ...identity, actortoken }) : actortoken
}

/** A JWT that nobody signs: what is around an actor token needs no signature. */
const unsigned = (claims: object): string =>
  `${[{ typ: 'JWT', alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

/** What a fault asks for; what comes of it is nothing to a call. */
const asks = async ({ url, form }: TokenRequest, wire: Wire): Promise<void> => {
  const { origin, pathname } = new URL(url)
  await wire({
    method: 'POST',
    origin,
    rawPath: pathname,
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: new TextEncoder().encode(encodeForm(form)),
  })
}

const onceOnly = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  const held: { value?: Promise<T> } = {}
  return () => (held.value ??= make())
}
