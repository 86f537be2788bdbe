import { SignJWT, exportJWK } from 'jose'
import { randomUUID } from 'node:crypto'
import { parse } from 'parse5'
import type { DefaultTreeAdapterTypes } from 'parse5'
import type { Genuine } from '../fixtures/tampering/tampering.ts'
import { resultOf, signed } from '../fixtures/tampering/tampering.ts'
import type { Provision } from '../fixtures/world/provision.ts'
import { provisionOf } from '../fixtures/world/provision.ts'
import { makeSigner } from '../fixtures/world/signing.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import { makeNodes } from '../mocks/broker/broker.ts'
import { honestSignIn } from '../mocks/broker/sign-in-policies.ts'
import type { SignInPolicies } from '../mocks/broker/sign-in-policies.ts'
import { makeSigning } from '../mocks/broker/signing.ts'
import { encodeForm, queryOf, valuesOf } from '../protocols/form.ts'
import { verifyMetadata } from '../protocols/metadata/read-metadata.ts'
import { readMetadata } from '../protocols/metadata/read-metadata.ts'
import type { Assertion, SamlVersion } from '../protocols/saml/assertion.ts'
import { bearer } from '../protocols/saml/assertion.ts'
import { verifyToken } from '../protocols/saml/verify-token.ts'
import { publicKeyOf } from '../protocols/signature/certificate.ts'
import type { Pairs } from '../protocols/wire.ts'
import { headerOf, textOf } from '../protocols/wire.ts'

const origin = 'https://broker.test'
const paths = { callback: '/authorize/oauth/2', reply: '/wsfed/reply' }
const start = Date.UTC(2026, 0)
const hour = 3_600_000
const identity = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const microsoft = 'http://schemas.microsoft.com/identity/claims'

const makeTrial = async () => {
  const [issuer, stranger] = await Promise.all([makeSigner('sts'), makeSigner('stranger')])
  const publicJwk = { ...(await exportJWK(publicKeyOf(issuer.certificate))), kid: 'k', x5c: [issuer.certificate] }
  const keyring = { issuers: { entra: { publicJwk } } } as unknown as Keyring
  const shape = { tenants: 2, partiesPerTenant: 2, clientsPerTenant: 0, usersPerTenant: 0 }
  const world = worldOf(1, [{ id: 'sign-in.test', needs: { shape } }], keyring)
  const provision = provisionOf(world, { idp: 'https://login.test', target: origin, paths })
  return { issuer, stranger, provision }
}

/** Who stands behind the broker on trial: an identity provider whose tokens are made by hand, and a stranger. */
export type Trial = Awaited<ReturnType<typeof makeTrial>>
let made: Promise<Trial> | undefined
/** The keys are made once. */
export const trial = (): Promise<Trial> => (made ??= makeTrial())

/** A page, as far as a browser would act on it. */
const readPage = (text: string) => {
  const all: DefaultTreeAdapterTypes.Element[] = []
  const walk = (node: DefaultTreeAdapterTypes.Node) => {
    if ('tagName' in node) all.push(node)
    if ('childNodes' in node) node.childNodes.forEach(walk)
  }
  walk(parse(text))
  const attribute = ({ attrs }: DefaultTreeAdapterTypes.Element, name: string) =>
    attrs.find((one) => one.name === name)?.value ?? ''
  const named = (tag: string) => all.filter(({ tagName }) => tagName === tag)
  return {
    actions: named('form').map((form) => attribute(form, 'action')),
    fields: named('input').map((input): Pairs[number] => [attribute(input, 'name'), attribute(input, 'value')]),
    images: named('img').map((one) => attribute(one, 'src')),
    frames: named('iframe').map((one) => attribute(one, 'src')),
    refreshes: named('meta').map((one) => attribute(one, 'content')),
    passwords: named('input').filter((one) => attribute(one, 'type') === 'password').length,
  }
}

/** A broker of several nodes on trial, and one browser with its cookies. */
export const openTrial = async (
  changed: Partial<SignInPolicies> = {},
  { count = 1, known = (one: Provision) => one } = {},
) => {
  const { issuer, provision: drawn } = await trial()
  const provision = known(drawn)
  const clock = { time: start, now: () => clock.time }
  const signing = makeSigning('broker.test')
  const wire = () => Promise.reject(new Error('nobody is asked here'))
  const signIn = { ...honestSignIn, ...changed }
  const nodes = makeNodes(provision, { origin, clock, wire, signIn, signing }, count)

  const newBrowser = () => {
    const cookies = new Map<string, string>()
    const send = async (method: 'GET' | 'POST', rawPath: string, form: Pairs = [], node = 0) => {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
      const body = method === 'POST' ? { body: new TextEncoder().encode(encodeForm(form)) } : {}
      const answer = await nodes[node]?.({ method, origin, rawPath, headers: [['cookie', cookie]], ...body })
      if (answer === undefined) throw new TypeError('no such node')
      const set = answer.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
      for (const one of set) {
        const [pair = ''] = one.split(';')
        const [name = '', value = ''] = pair.split('=')
        if (one.includes('Max-Age=0')) cookies.delete(name)
        else cookies.set(name, value)
      }
      const text = textOf(answer)
      return { status: answer.status, location: headerOf(answer.headers, 'location') ?? '', text, set, answer, ...readPage(text) } // prettier-ignore
    }
    /** As `send`, and on to the broker's own page where it redirects there. */
    const visit = async (...given: Parameters<typeof send>) => {
      const first = await send(...given)
      return first.location.startsWith(`${origin}/`) ? send('GET', first.location.slice(origin.length)) : first
    }
    return { cookies, send, visit, ask: (query: Pairs, node = 0) => visit('GET', `/wsfed?${encodeForm(query)}`, [], node) } // prettier-ignore
  }
  const { cookies, send, visit, ask } = newBrowser()

  /** A sign-in request of a party. */
  const request = (realm: string, more: Pairs = []): Pairs => [['wa', 'wsignin1.0'], ['wtrealm', realm], ...more] // prettier-ignore

  /** The genuine answer upstream to where the broker sent the user. */
  const answerTo = async (location: string, change: Change = {}): Promise<Pairs> => {
    const query = queryOf(location)
    const tenant = provision.tenants.find(({ id }) => location.includes(id))?.id ?? ''
    const state = [...valuesOf(query, 'state'), ...valuesOf(query, 'wctx')][0] ?? ''
    if (location.includes('/wsfed')) {
      const genuine = genuineOf(provision, issuer, tenant, clock.time)
      const assertion = { ...genuine.assertion, ...change.assertion }
      return [['wa', 'wsignin1.0'], ['wresult', resultOf(genuine, await signed({ ...genuine, assertion }))], ['wctx', state]] // prettier-ignore
    }
    const seconds = clock.time / 1000
    const claims = {
      iss: `https://sts.windows.net/${tenant}/`,
      aud: provision.application.id,
      iat: seconds,
      nbf: seconds,
      exp: seconds + 3600,
      nonce: valuesOf(query, 'nonce')[0],
      sub: 'pairwise',
      oid: 'object-1',
      tid: tenant,
      upn: 'ann@corp.example',
      name: 'Ann',
      uti: randomUUID(),
      ...change.claims,
    }
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' })
    return [['id_token', await token.sign(issuer.privateKey)], ['state', state]] // prettier-ignore
  }
  const reply = (form: Pairs, node = 0) => visit('POST', paths.reply, form, node)
  /** A whole sign-in, to the page that posts the token. */
  const signInTo = async (realm: string, more: Pairs = [], change: Change = {}) => {
    const asked = await ask(request(realm, more))
    return reply(await answerTo(asked.location, change))
  }

  const metadata = async () => (await send('GET', '/federationmetadata/2007-06/federationmetadata.xml')).text
  /** The certificates of the metadata, which must be signed with one of them. */
  const certificates = async () => {
    const text = await metadata()
    const read = readMetadata(text)
    const published = read.is === 'metadata' ? (read.metadata.securityTokenService?.certificates ?? []) : []
    const expected = { keys: published.map(publicKeyOf), entityId: provision.application.realm, now: clock.time }
    const verified = verifyMetadata(text, expected)
    if (verified.is === 'refused') throw new Error(verified.detail)
    return published
  }
  /** The token that a page posts, verified as its party would. */
  const tokenOn = async ({ fields }: { fields: Pairs }, realm: string) =>
    verifyToken(valuesOf(fields, 'wresult')[0] ?? '', {
      keys: (await certificates()).map(publicKeyOf),
      issuer: provision.application.realm,
      audience: realm,
      now: clock.time,
      skew: 0,
    })

  return {
    nodes, provision, clock, signing, cookies, newBrowser, send, visit, ask, request, answerTo, reply, signInTo, metadata,
    certificates, tokenOn,
  } // prettier-ignore
}

/** What is changed of a genuine answer. */
type Change = { assertion?: Partial<Assertion>; claims?: Record<string, unknown> }

/** A genuine upstream assertion for the broker. */
export const genuineOf = (
  { application }: Provision,
  issuer: Genuine['issuer'],
  tenant: string,
  now: number,
  version: SamlVersion = '2.0',
): Genuine => ({
  assertion: {
    version,
    id: `_${randomUUID()}`,
    issuer: `https://sts.windows.net/${tenant}/`,
    issuedAt: now,
    notBefore: now,
    notOnOrAfter: now + hour,
    audiences: [[application.realm]],
    nameId: { value: 'ann@corp.example' },
    confirmation: bearer[version],
    claims: [
      { type: `${identity}/name`, values: ['ann@corp.example'] },
      { type: `${microsoft}/objectidentifier`, values: ['object-1'] },
      { type: `${microsoft}/tenantid`, values: [tenant] },
      { type: 'http://elsewhere.test/claims/role', values: ['admin'] },
    ],
    authentication: { at: now, method: 'urn:m' },
  },
  response: { dialect: '2005/02', collection: false },
  issuer,
  stranger: issuer,
  sought: 'admin@corp.example',
})
