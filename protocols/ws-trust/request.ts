import { readInstant } from '../instants.ts'
import { orRefused, refuse } from '../refusal.ts'
import type { Refused } from '../refusal.ts'
import { present } from '../saml/parts.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, childNamed, childrenNamed, elementsOf, isNamed, textOf, vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { rootOf } from '../xml/read.ts'
import { documentOf } from '../xml/write.ts'
import { addressIn, appliesTo } from './applies-to.ts'
import type { TrustDialect } from './dialect.ts'
import { dialectOf, trustDialects } from './dialect.ts'
import { envelope, openEnvelope, securityHeader } from './envelope.ts'
import type { Lifetime } from './response.ts'

/** By what a requestor is known: a name and a password, or a token that someone issued for it. */
export type Credential = { is: 'password'; username: string; password: string } | { is: 'token'; token: Element }

/** A request for a bearer token, in a SOAP 1.2 envelope. */
export type TokenRequest = {
  dialect: TrustDialect
  /** The endpoint that it is sent to. */
  to: string
  /** The realm that the token shall be for. */
  appliesTo: string
  /** Absent: the issuer chooses, and AD FS chooses SAML 1.1. */
  tokenType?: string
  keyType?: string
  messageId?: string
  /** How long the request may be believed. */
  timestamp?: Lifetime
  credential: Credential
}

const addressing = vocabulary('a', namespaces.addressing)
const security = vocabulary('o', namespaces.security)
const anonymous = `${namespaces.addressing}/anonymous`
const passwordText = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText'

const credentialElement = (credential: Credential): Element =>
  credential.is === 'token'
    ? credential.token
    : security(
        'UsernameToken',
        {},
        security('Username', {}, credential.username),
        security('Password', { Type: passwordText }, credential.password),
      )

/**
 * Writes a token request, as clients send it to `usernamemixed` and `issuedtokenmixed` of AD FS.
 *
 * @see WS-Trust 1.3 section 3.1; WSS UsernameToken Profile 1.0
 */
export const writeTokenRequest = (request: TokenRequest): string => {
  const { prefix, namespace, ...terms } = trustDialects[request.dialect]
  const trust = vocabulary(prefix, namespace)
  return documentOf(
    envelope(
      [
        addressing('Action', { 's:mustUnderstand': '1' }, terms.request),
        request.messageId === undefined ? undefined : addressing('MessageID', {}, request.messageId),
        addressing('ReplyTo', {}, addressing('Address', {}, anonymous)),
        addressing('To', { 's:mustUnderstand': '1' }, request.to),
        securityHeader(request.timestamp, credentialElement(request.credential)),
      ],
      trust(
        'RequestSecurityToken',
        {},
        appliesTo(request.appliesTo),
        trust('KeyType', {}, request.keyType ?? terms.keyType),
        trust('RequestType', {}, terms.requestType),
        request.tokenType === undefined ? undefined : trust('TokenType', {}, request.tokenType),
      ),
    ),
  )
}

const credentialIn = (header: Element): Credential => {
  const [credential, ...more] = elementsOf(header).filter((one) => !isNamed(one, 'Timestamp', namespaces.utility))
  if (credential === undefined || more.length > 0) return refuse('malformed', 'a request has one credential')
  if (!isNamed(credential, 'UsernameToken', namespaces.security)) return { is: 'token', token: credential }
  const username = childNamed(credential, 'Username')
  const password = childNamed(credential, 'Password')
  if (username === undefined || password === undefined) return refuse('malformed', 'a name and a password')
  if ((attributeNamed(password, 'Type') ?? passwordText) !== passwordText) refuse('malformed', 'a password in clear')
  return { is: 'password', username: textOf(username), password: textOf(password) }
}

const timestampIn = (header: Element): Lifetime | undefined => {
  const timestamp = childNamed(header, 'Timestamp', namespaces.utility)
  if (timestamp === undefined) return undefined
  const moment = (name: string): number => {
    const child = childNamed(timestamp, name)
    const at = child && readInstant(textOf(child).trim())
    return at ?? refuse('bad-instant', `the timestamp's ${name} is no moment in UTC`)
  }
  return { created: moment('Created'), expires: moment('Expires') }
}

const only = (elements: readonly Element[], name: string): Element => {
  const [found] = elements
  if (found === undefined || elements.length > 1) return refuse('malformed', `a request has one ${name}`)
  return found
}

const requestIn = (root: Element): TokenRequest => {
  if (root.namespace !== namespaces.soap12) return refuse('not-a-request', 'no envelope of SOAP 1.2')
  const { headers, body } = openEnvelope(root)
  const dialect = dialectOf(body.namespace)
  if (dialect === undefined || body.local !== 'RequestSecurityToken') {
    return refuse('not-a-request', `${body.local} is no token request`)
  }
  const { requestType, request } = trustDialects[dialect]
  const headerText = (name: string): string | undefined => {
    const found = headers.filter((one) => isNamed(one, name, namespaces.addressing))
    return found.length === 0 ? undefined : textOf(only(found, name)).trim()
  }
  const bodyText = (name: string): string | undefined => {
    const found = childrenNamed(body, name)
    return found.length === 0 ? undefined : textOf(only(found, name)).trim()
  }
  if (headerText('Action') !== request) refuse('not-a-request', 'another action')
  if (bodyText('RequestType') !== requestType) refuse('not-a-request', 'a request for something else than a token')
  const header = only(
    headers.filter((one) => isNamed(one, 'Security', namespaces.security)),
    'Security header',
  )
  const realm = addressIn(
    only(
      elementsOf(body).filter(({ local }) => local === 'AppliesTo'),
      'AppliesTo',
    ),
  )
  return {
    dialect,
    to: headerText('To') ?? refuse('malformed', 'no receiver'),
    appliesTo: realm ?? refuse('malformed', 'no realm'),
    credential: credentialIn(header),
    ...present({
      tokenType: bodyText('TokenType'),
      keyType: bodyText('KeyType'),
      messageId: headerText('MessageID'),
      timestamp: timestampIn(header),
    }),
  }
}

/** Reads a token request, whoever sent it: neither its credential nor a token in it has been verified. */
export const readTokenRequest = (text: string): { is: 'token-request'; request: TokenRequest } | Refused =>
  orRefused(() => ({ is: 'token-request', request: requestIn(rootOf(text)) }))
