import { createSecretKey, randomBytes } from 'node:crypto'
import type { PartyProvision } from '../../fixtures/world/party-provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { decodeForm, queryOf, withQuery } from '../../protocols/form.ts'
import { readMetadata } from '../../protocols/metadata/read-metadata.ts'
import { publicKeyOf } from '../../protocols/signature/certificate.ts'
import type { Pairs, Wire, WireRequest, WireResponse } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import { readMessage } from '../../protocols/ws-federation/read-message.ts'
import { signInQuery, signOutQuery } from '../../protocols/ws-federation/request.ts'
import { page } from '../html.ts'
import type { Sealing } from './cookie.ts'
import type { PartyTrust, Receiver } from './receive.ts'
import { makeReceiver } from './receive.ts'
import type { PartyPolicies, Registered, Session, Visit } from './policies.ts'

/** What the reference relying party is made of. Clocks differ by `skew` seconds at most. */
export type PartyParts = {
  origin: string
  wire: Wire
  clock: Clock
  policies: PartyPolicies
  skew?: number
}

/** The application behind its pages; `refreshMetadata` reads the broker's metadata again. */
export type RelyingParty = { wire: Wire; refreshMetadata(): Promise<void> }

/** What one of its parties has: the paths of its pages, and what takes its responses. */
type Place = Registered & {
  replyPath: string
  whoami: string
  signOut: string
  cookie: string
  receive: Receiver
}

const html: Pairs = [
  ['content-type', 'text/html; charset=utf-8'],
  ['cache-control', 'no-store'],
]
const shown = (status: number, title: string, body: string, more: Pairs = []) =>
  textResponse(status, page(title, `<p>${body}</p>`), [...html, ...more])
const redirect = (location: string, more: Pairs = []) => textResponse(302, '', [['location', location], ...more])

/**
 * The reference relying party: a web application whose protected pages need a session, which it makes of a token that its broker
 * issued (TRUST: Security Token Service) and keeps in sealed cookies, for as long as the token lives. All of it is decided by
 * `policies`; what is left here reads requests and writes answers.
 */
export const makeRelyingParty = (
  { broker, parties, tenant }: PartyProvision,
  { origin, wire, clock, policies, skew = 300 }: PartyParts,
): RelyingParty => {
  const sealing: Sealing = { key: createSecretKey(randomBytes(32)) }
  const trusted = { certificates: broker.certificates as readonly string[] }
  const trust: PartyTrust = {
    get keys() {
      return trusted.certificates.map(publicKeyOf)
    },
    issuer: broker.issuer,
    clock,
    skew,
    tenant,
  }
  const places = parties.map((party, index): Place => {
    const base = index === 0 ? '' : '/second'
    const pathOf = (url: string) => new URL(url).pathname
    return {
      ...party,
      page: pathOf(party.page),
      replyPath: pathOf(party.reply),
      whoami: `${base}/whoami`,
      signOut: `${base}/sign-out`,
      cookie: index === 0 ? '' : 'Second',
      receive: makeReceiver(party, trust, policies),
    }
  })
  const nameOf = ({ cookie }: Place, index: number) => `${cookie}FedAuth${index === 0 ? '' : index}`

  const cookiesOf = (request: WireRequest, place: Place): string[] => {
    const given = new Map(
      request.headers
        .filter(([name]) => name.toLowerCase() === 'cookie')
        .flatMap(([, value]) => value.split(/;\s*/))
        .map((one): [string, string] => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    )
    const values: string[] = []
    for (let index = 0; ; index += 1) {
      const value = given.get(nameOf(place, index))
      if (value === undefined) return values
      values.push(value)
    }
  }
  const sessionIn = (request: WireRequest, place: Place): Session | undefined => {
    const values = cookiesOf(request, place)
    const text = values.length === 0 ? undefined : policies.box.open(values, place.realm, sealing)
    return text === undefined ? undefined : parsed(text)
  }

  const kept = (session: Session, place: Place): Pairs =>
    policies.box
      .shut(JSON.stringify(session), place.realm, sealing)
      .map((value, index) => ['set-cookie', [`${nameOf(place, index)}=${value}`, ...policies.marks(index)].join('; ')])

  const sent = (visit: Visit, place: Place) =>
    redirect(withQuery(broker.endpoint, signInQuery(policies.asks(visit, place))))

  const protectedPage = (request: WireRequest, visit: Visit, place: Place): WireResponse => {
    const session = sessionIn(request, place)
    if (session === undefined) return sent(visit, place)
    const now = clock.now()
    if (!policies.isOver(session, now)) return shown(200, 'Private', 'You are in.')
    return policies.onceOver(session, now) === 'loop'
      ? sent(visit, place)
      : shown(500, 'Error', 'Your session has expired.')
  }

  const whoami = (request: WireRequest, place: Place): WireResponse => {
    const session = sessionIn(request, place)
    if (session === undefined || policies.isOver(session, clock.now())) return textResponse(401, 'nobody')
    const claims: Record<string, string[]> = {}
    const renewed = policies.renews(session, clock.now())
    for (const { type, values } of session.claims) claims[type] = [...(claims[type] ?? []), ...values]
    return textResponse(200, JSON.stringify({ name: session.name, claims }), [
      ['content-type', 'application/json'],
      ...(renewed ? kept(renewed, place) : []),
    ])
  }

  const receive = (request: WireRequest, place: Place): WireResponse => {
    const received = place.receive(place.reply, decodeForm(textOf(request)))
    return received.is === 'refused'
      ? shown(403, 'Error', 'That is no sign-in that is accepted here.')
      : redirect(policies.returnsTo(received.context, place, origin), kept(received.session, place))
  }

  const leave = (request: WireRequest, place: Place, kind: 'sign-out' | 'clean-up'): WireResponse => {
    const values = cookiesOf(request, place)
    const gone: Pairs = policies
      .forgets(kind, values.length)
      .map((index) => ['set-cookie', `${nameOf(place, index)}=; Path=/; Secure; HttpOnly; Max-Age=0`])
    if (kind === 'sign-out') return redirect(withQuery(broker.endpoint, signOutQuery({ realm: place.realm })), gone)
    const status = values.length === 0 ? policies.cleansUpNobody() : 200
    return shown(status, 'Signed out', 'You are signed out.', gone)
  }

  return {
    async wire(request) {
      const { method, rawPath } = request
      const [path = '', ...rest] = rawPath.split('?')
      const visit = { path, query: rest.join('?'), url: rawPath }
      for (const place of places) {
        if (path === place.replyPath && method === 'POST') return receive(request, place)
        if (path === place.replyPath) {
          const message = readMessage(queryOf(rawPath))
          if (message.is === 'clean-up-request') return leave(request, place, 'clean-up')
          if (message.is === 'sign-out-request') return leave(request, place, 'sign-out')
          return shown(400, 'Error', 'That is no message for this page.')
        }
        if (path === place.whoami) return whoami(request, place)
        if (path === place.signOut) return leave(request, place, 'sign-out')
        if (policies.protects(visit, place)) return protectedPage(request, visit, place)
        if (path.startsWith(place.page)) return shown(200, 'Private', 'You are in.')
      }
      if (path === '/') return shown(200, 'Welcome', 'This page is for everybody.')
      return shown(404, 'Not Found', 'There is no such page.')
    },
    async refreshMetadata() {
      const { origin: at, pathname } = new URL(broker.metadata)
      const read = readMetadata(textOf(await wire({ method: 'GET', origin: at, rawPath: pathname, headers: [] })))
      if (read.is === 'refused') throw new Error(`the metadata cannot be read: ${read.reason}`)
      const listed = read.metadata.securityTokenService?.certificates ?? []
      trusted.certificates = policies.trusts(listed, trusted.certificates)
    },
  }
}

const parsed = (text: string): Session | undefined => {
  try {
    return JSON.parse(text) as Session
  } catch {
    return undefined
  }
}
