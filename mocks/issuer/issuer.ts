import { randomUUID } from 'node:crypto'
import type { User } from '../../fixtures/world/shapes.ts'
import type { Clock } from '../../protocols/clock.ts'
import { decodeForm, queryOf, valuesOf } from '../../protocols/form.ts'
import { signMetadata } from '../../protocols/metadata/write-metadata.ts'
import { issue } from '../../protocols/saml/issue.ts'
import { tokenTypes } from '../../protocols/saml/assertion.ts'
import type { Signer } from '../../protocols/signature/sign.ts'
import type { Pairs, Wire, WireRequest, WireResponse } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import { readMessage } from '../../protocols/ws-federation/read-message.ts'
import { responseFields } from '../../protocols/ws-federation/request.ts'
import { writeResult } from '../../protocols/ws-federation/result.ts'
import { escapeHtml, page } from '../html.ts'
import { assertionFor, responseFor } from './assertion.ts'

/** A broker as its parties see it: it issues tokens and publishes what signs them. */
export type Issuer = {
  origin: string
  /** Its own name, in tokens and metadata. */
  name: string
  clock: Clock
  /** Whose certificates are published, and who signs what it issues itself: the first. */
  signers: readonly Signer[]
  /** The realm of its users, and the claim that tells it. */
  tenant: { claim: string; id: string }
  parties: readonly { realm: string; reply: string }[]
  users: readonly User[]
}

const html: Pairs = [
  ['content-type', 'text/html; charset=utf-8'],
  ['cache-control', 'no-store'],
]
const shown = (title: string, body: string, status = 200) => textResponse(status, page(title, body), html)
const hidden = (pairs: Pairs) =>
  pairs.map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`).join('')

/**
 * Opens a broker that signs users in by itself: a page that asks for name and password, and a form that submits itself to the reply
 * registered for the party that asked. Metadata say whatever `signers` are at the time.
 */
export const issuerWire =
  (issuer: Issuer): Wire =>
  async (request) => {
    const [path = ''] = request.rawPath.split('?')
    if (path === '/federationmetadata/2007-06/federationmetadata.xml') return describe(issuer)
    if (path !== '/wsfed') return textResponse(404, 'Not Found')
    return request.method === 'POST' ? signIn(issuer, request) : ask(queryOf(request.rawPath))
  }

/** Names the visitor's request in the sign-in page, so that the page remembers and this broker does not. */
const ask = (query: Pairs): WireResponse => {
  const message = readMessage(query)
  if (message.is === 'sign-out-request') return shown('Signed out', '<p>You are signed out.</p>')
  if (message.is !== 'sign-in-request') return shown('Error', '<p>That is no sign-in request.</p>', 400)
  const { realm = '', context } = message.request
  return shown(
    'Sign in',
    `<form method="post" action="/wsfed">${hidden([
      ['realm', realm],
      ...(context === undefined ? [] : ([['context', context]] as Pairs)),
    ])}<input type="text" name="login"><input type="password" name="passwd"><input type="submit" value="Sign in"></form>`,
  )
}

const signIn = async (issuer: Issuer, request: WireRequest): Promise<WireResponse> => {
  const fields = decodeForm(textOf(request))
  const value = (name: string) => valuesOf(fields, name)[0]
  const party = issuer.parties.find(({ realm }) => realm === value('realm'))
  const user = issuer.users.find(({ name, password }) => name === value('login') && password === value('passwd'))
  const [signer] = issuer.signers
  if (party === undefined) return shown('Error', '<p>That party is unknown.</p>', 400)
  if (user === undefined || signer === undefined) return shown('Error', '<p>That name or password is wrong.</p>', 401)
  const assertion = assertionFor(issuer, user, { audience: party.realm })
  const result = writeResult(responseFor(assertion), await issue(assertion, signer))
  const form = `<form method="post" action="${escapeHtml(party.reply)}">${hidden(
    responseFields(result, value('context')),
  )}<noscript><input type="submit" value="Continue"></noscript></form><script>document.forms[0].submit()</script>`
  return shown('Working...', form)
}

const describe = async ({ origin, name, signers }: Issuer): Promise<WireResponse> => {
  const [signer] = signers
  if (signer === undefined) return textResponse(500, 'no certificate')
  const metadata = {
    id: `_${randomUUID()}`,
    entityId: name,
    securityTokenService: {
      displayName: 'brokerspec mock broker',
      certificates: signers.map(({ certificate }) => certificate),
      tokenTypes: Object.values(tokenTypes),
      claimTypes: [],
      endpoints: [`${origin}/trust`],
      passiveEndpoints: [`${origin}/wsfed`],
    },
  }
  return textResponse(200, await signMetadata(metadata, signer), [
    ['content-type', 'application/samlmetadata+xml; charset=utf-8'],
    ['cache-control', 'no-store'],
  ])
}
