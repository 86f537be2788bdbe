import { instantOf, readInstant } from '../instants.ts'
import { refuse } from '../refusal.ts'
import { present } from '../saml/parts.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, childNamed, childrenNamed, elementsOf, textOf, vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { addressIn, appliesTo } from './applies-to.ts'
import type { TrustDialect } from './dialect.ts'
import { dialectOf, trustDialects } from './dialect.ts'

/** From when to when, in milliseconds since 1970-01-01T00:00:00Z. */
export type Lifetime = { created: number; expires: number }

/** A token response, apart from the token in it. What is optional is left out by some issuers. */
export type TokenResponse = {
  dialect: TrustDialect
  /** Whether it stands in a collection, as WS-Trust 1.3 has it. */
  collection: boolean
  context?: string
  lifetime?: Lifetime
  /** The realm that the token is for. */
  appliesTo?: string
  tokenType?: string
  requestType?: string
  keyType?: string
}

const utility = vocabulary('wsu', namespaces.utility)

/**
 * Writes a `RequestSecurityTokenResponse` around a token, its parts in the order of WIF.
 *
 * @see WS-Trust February 2005 section 6; WS-Trust 1.3 section 4.4
 */
export const writeResponse = (response: TokenResponse, token: Element): Element => {
  const { prefix, namespace, ...terms } = trustDialects[response.dialect]
  const trust = vocabulary(prefix, namespace)
  const { lifetime, appliesTo: realm } = response
  const body = trust(
    'RequestSecurityTokenResponse',
    { Context: response.context },
    lifetime &&
      trust(
        'Lifetime',
        {},
        utility('Created', {}, instantOf(lifetime.created)),
        utility('Expires', {}, instantOf(lifetime.expires)),
      ),
    realm === undefined ? undefined : appliesTo(realm),
    trust('RequestedSecurityToken', {}, token),
    response.tokenType === undefined ? undefined : trust('TokenType', {}, response.tokenType),
    trust('RequestType', {}, response.requestType ?? terms.requestType),
    trust('KeyType', {}, response.keyType ?? terms.keyType),
  )
  return response.collection ? trust('RequestSecurityTokenResponseCollection', {}, body) : body
}

const lifetimeIn = (response: Element): Lifetime | undefined => {
  const element = childNamed(response, 'Lifetime')
  if (element === undefined) return undefined
  const moment = (name: string): number => {
    const child = childNamed(element, name, namespaces.utility)
    const at = child && readInstant(textOf(child).trim())
    return at ?? refuse('bad-instant', `the lifetime's ${name} is no moment in UTC`)
  }
  return { created: moment('Created'), expires: moment('Expires') }
}

const textIn = (response: Element, name: string): string | undefined => {
  const child = childNamed(response, name)
  return child && textOf(child).trim()
}

/** The one response in a message: the element itself, or the only member of a collection. */
const responseIn = (element: Element): { response: Element; collection: boolean } => {
  if (element.local === 'RequestSecurityTokenResponse') return { response: element, collection: false }
  const members = childrenNamed(element, 'RequestSecurityTokenResponse')
  const [response] = members
  if (response === undefined) return refuse('no-token', 'an empty collection')
  if (members.length > 1) return refuse('two-tokens', 'several responses in one collection')
  return { response, collection: true }
}

/** Whether an element is a token response or a collection of them, in either dialect. */
export const isTokenResponse = (element: Element): boolean =>
  dialectOf(element.namespace) !== undefined &&
  ['RequestSecurityTokenResponse', 'RequestSecurityTokenResponseCollection'].includes(element.local)

/**
 * Reads a token response: exactly one, with exactly one token in it, whoever made it. The order of its parts does not
 * matter. For readers inside `orRefused`.
 */
export const responseFrom = (element: Element): { response: TokenResponse; token: Element } => {
  const dialect = isTokenResponse(element) ? dialectOf(element.namespace) : undefined
  if (dialect === undefined) return refuse('not-a-response', `${element.local} is no token response`)
  const { response, collection } = responseIn(element)
  const holders = childrenNamed(response, 'RequestedSecurityToken')
  const tokens = holders.flatMap(elementsOf)
  const [token] = tokens
  if (token === undefined) return refuse('no-token', 'a response without a token')
  if (holders.length > 1 || tokens.length > 1) {
    refuse(tokens.every(({ local }) => local === 'Assertion') ? 'two-assertions' : 'two-tokens', 'several tokens')
  }
  return {
    token,
    response: {
      dialect,
      collection,
      ...present({
        context: attributeNamed(response, 'Context'),
        lifetime: lifetimeIn(response),
        appliesTo: addressIn(elementsOf(response).find(({ local }) => local === 'AppliesTo')),
        tokenType: textIn(response, 'TokenType'),
        requestType: textIn(response, 'RequestType'),
        keyType: textIn(response, 'KeyType'),
      }),
    },
  }
}
