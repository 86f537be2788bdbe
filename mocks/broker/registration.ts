import { decodeJwt } from 'jose'
import type { HttpHandler } from 'msw'
import { http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { withQuery } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { headerOf } from '../../protocols/wire.ts'
import { verifyIdToken } from './id-token.ts'
import { errorPage, freshPage, sendTo } from './pages.ts'
import type { PendingRequests } from './pending.ts'
import { pendingRequests } from './pending.ts'
import type { AskedRegistration, ConsentAnswer, RegistrationPolicies, Tenancy } from './registration-policies.ts'
import type { Read } from './request.ts'
import { readRequest } from './request.ts'
import type { BrokerParty } from './sign-in-terms.ts'

type Begun = { asked: AskedRegistration; nonce: string; browser: string }

/** A party that was added, and the K2 tenant that it is of. */
export type Registered = { party: BrokerParty; tenancy: Tenancy }

/** What the nodes of a broker know of registrations. `parties` grows with them. */
export type Registry = { pending: PendingRequests<Begun>; tenancies: Tenancy[]; parties: BrokerParty[] }

type Surroundings = {
  provision: Provision
  registry: Registry
  policies: RegistrationPolicies
  origin: string
  clock: Clock
  /** Hears what was added. */
  registers(registered: Registered): void
}

/** How a registration is asked for. */
export const registrationForm = {
  path: '/register',
  form: { id: '{tenancy}', domain: '{domain}', realm: '{realm}', reply: '{reply}', saml: '{tokenVersion}' },
} as const

/** A registry in which these are registered already. */
export const newRegistry = (clock: Clock, parties: BrokerParty[], tenancies: readonly Tenancy[]): Registry => ({
  pending: pendingRequests<Begun>(clock, { stillPending: ({ begun, now }) => now - begun < 600_000, knownAt: () => true }), // prettier-ignore
  tenancies: [...tenancies],
  parties,
})

/**
 * `POST /register` sends the browser of an administrator to the identity provider for admin consent, and the answer that comes
 * back to the broker's reply URL adds the party, bound to the directory of the token in it. An answer to anything else is left to others.
 *
 * @see TRUST: Using Azure Active Directory for SSO
 */
export const registrationHandlers = (surroundings: Surroundings): HttpHandler[] => {
  const { provision, origin, registry } = surroundings
  const answered = async ({ request }: { request: Request }) => {
    const read = readRequest(request)
    const state = read.one('state')
    const begun = registry.pending.find(state, 0)
    return begun && answer(read, state, begun, surroundings)
  }
  return [
    http.post(origin + registrationForm.path, ({ request }) => begin(readRequest(request), surroundings)),
    http.post(provision.application.reply, answered),
    http.get(provision.application.reply, answered),
  ]
}

const begin = (read: Read, surroundings: Surroundings): Response => {
  const { provision, registry, policies } = surroundings
  const asked = readAsked(read)
  if (asked === undefined) return refuse('the form is not complete')
  const taken = refusalOf(asked, surroundings)
  if (taken !== undefined) return refuse(taken)
  const at = policies.addsAtOnce(asked, provision.tenants, registry.tenancies)
  if (at !== undefined) add(asked, at, surroundings)

  const [state, nonce, browser] = [randomUUID(), randomUUID(), randomUUID()]
  registry.pending.begin(state, { asked, nonce, browser }, 0, [])
  const { application, issuers } = provision
  const query: Pairs = [
    ['client_id', application.id],
    ['response_type', 'id_token'],
    ['response_mode', 'form_post'],
    ['redirect_uri', application.reply],
    ['nonce', nonce],
    ['prompt', 'admin_consent'],
    ['state', state],
  ]
  const upstream = `${issuers.find(({ id }) => id === 'entra')?.origin}/common/oauth2/authorize`
  return sendTo(withQuery(upstream, query), `registers-${state}=${browser}; Path=/; Secure; HttpOnly; SameSite=None`)
}

const answer = async (read: Read, state: string | undefined, begun: Begun, surroundings: Surroundings) => {
  const { policies, registry } = surroundings
  const cookies = headerOf(read.headers, 'cookie') ?? ''
  const marks = [...cookies.matchAll(/registers-[^=;]+=([^;]+)/g)].map(([, mark = '']) => mark)
  if (!policies.sameBrowser(begun.browser, marks)) return refuse('it was begun elsewhere')
  registry.pending.spend(state)
  const claims = await claimsIn(read.one('id_token'), begun, surroundings)
  const consent: ConsentAnswer = { parameters: read.form.parameters, claims }
  const directory = policies.directoryOf(consent)
  if (!surroundings.provision.tenants.some(({ id }) => id === directory)) return refuse('no administrator consented')
  const taken = refusalOf(begun.asked, surroundings) ?? bindingRefusal(begun.asked, directory ?? '', surroundings)
  if (taken !== undefined) return refuse(taken)
  add(begun.asked, directory ?? '', surroundings)
  return freshPage('Registered', '<h1>Registered</h1>')
}

const refuse = (because: string): Response =>
  errorPage({ text: `The registration was refused: ${because}.`, numbers: undefined }, { status: 400 })

const readAsked = ({ values }: Read): AskedRegistration | undefined => {
  const [tenancy = '', domain = '', realm = '', reply = '', saml = ''] = Object.keys(registrationForm.form).map(
    (name) => (values(name).length === 1 ? values(name)[0] : ''),
  )
  const complete = tenancy !== '' && realm !== '' && reply.startsWith('https:') && URL.canParse(reply)
  if (!complete || (saml !== '1.1' && saml !== '2.0')) return undefined
  return { tenancy, domain, realm, reply, tokenVersion: saml }
}

const refusalOf = (
  { tenancy, domain }: AskedRegistration,
  { policies, registry }: Surroundings,
): string | undefined => {
  if (!policies.acceptsDomain(domain)) return 'a vanity domain consists of letters, digits and dashes'
  const taken = registry.tenancies.some((one) => one.id !== tenancy && policies.sameDomain(domain, one.domain))
  return taken ? 'the vanity domain is taken' : undefined
}

const bindingRefusal = (asked: AskedRegistration, directory: string, { policies, registry }: Surroundings) => {
  if (!policies.mayBindTenancy(asked, directory, registry.tenancies)) return 'the K2 tenant has a directory'
  return policies.mayBindParty(asked, directory, registry.parties) ? undefined : 'the party has a directory'
}

const add = ({ tenancy: id, domain, ...rest }: AskedRegistration, tenant: string, surroundings: Surroundings) => {
  const { registry, registers } = surroundings
  const { tenancies, parties } = registry
  const [tenancy, party]: [Tenancy, BrokerParty] = [
    { id, domain, tenant },
    { ...rest, tenant },
  ]
  replace(tenancies, tenancy, (one) => one.id === id)
  replace(parties, party, ({ realm }) => realm === party.realm)
  registers({ tenancy, party })
}

const replace = <T>(list: T[], one: T, is: (other: T) => boolean) => {
  const at = list.findIndex(is)
  if (at === -1) list.push(one)
  else list[at] = one
}

/** The claims of an id token that is genuine, of the tenant that it names, and in answer to this request. */
const claimsIn = async (token: string | undefined, { nonce }: Begun, { provision, clock }: Surroundings) => {
  const { application, tenants, issuers } = provision
  const named = issuerIn(token ?? '')
  const tenant = tenants.find(({ oidc }) => oidc.issuer === named)
  const jwks = issuers.find(({ id }) => id === tenant?.issuer)?.jwks
  if (token === undefined || tenant === undefined || jwks === undefined) return undefined
  const expected = { application, issuer: tenant.oidc.issuer, nonce, now: clock.now(), jwks }
  const claims = await verifyIdToken(token, expected)
  return claims?.['tid'] === tenant.id ? claims : undefined
}

const issuerIn = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}
