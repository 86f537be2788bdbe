import { randomUUID } from 'node:crypto'
import type { Assertion } from '../../protocols/saml/assertion.ts'
import { bearer, tokenTypes } from '../../protocols/saml/assertion.ts'
import { responseFields } from '../../protocols/ws-federation/request.ts'
import { writeResult } from '../../protocols/ws-federation/result.ts'
import type { TokenResponse } from '../../protocols/ws-trust/response.ts'
import type { Element } from '../../protocols/xml/element.ts'
import { NotXmlText } from '../../protocols/xml/characters.ts'
import type { Federation } from './federation.ts'
import { freshPage, postingForm } from './pages.ts'
import type { Session } from './sessions.ts'
import type { PendingSignIn, RefusedMessage } from './sign-in-terms.ts'

/** How a user proved who they are, where the broker was not told. */
const unspecified = {
  '1.1': 'urn:oasis:names:tc:SAML:1.0:am:unspecified',
  '2.0': 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
} as const

/**
 * The page that posts a new token to the party of a sign-in, and notes in the session that the party has one. What the
 * identity provider said and XML cannot carry is refused.
 */
export const postResult = async (
  signIn: PendingSignIn,
  session: Session,
  federation: Federation,
  cookies: readonly string[] = [],
): Promise<Response | RefusedMessage> => {
  const { policies, pending } = federation
  const { party, request, context } = signIn
  try {
    const issued = await tokenFor(signIn, session, federation)
    if (issued === undefined) return { row: 'unhandled' }
    const result = writeResult(issued.response, issued.token)
    session.parties.add(party.realm)
    federation.tells({ is: 'signed-in', party, proved: session.proved, result, context })
    const action = policies.destination(party, request.reply, pending.newest())
    return freshPage('Working...', postingForm(action, responseFields(result, context)), cookies)
  } catch (thrown) {
    if (thrown instanceof NotXmlText) return { row: 'sign-in-response', because: 'not-xml-text' }
    throw thrown
  }
}

/**
 * A new token for a party, and what a response says of it; `change` is made to the assertion before it is signed. Nothing,
 * where there is no key to sign with.
 */
export const tokenFor = async (
  { party, upstream }: Pick<PendingSignIn, 'party' | 'upstream'>,
  session: Session,
  federation: Federation,
  change = (assertion: Assertion): Assertion => assertion,
): Promise<{ response: TokenResponse; token: Element } | undefined> => {
  const { provision, policies, clock, signing } = federation
  const signer = policies.signsWith(await signing.signers())
  if (signer === undefined) return undefined
  const now = clock.now()
  const version = policies.tokenVersion(party, upstream, session.parties)
  const { nameId, claims, id } = session.proved
  const window = policies.lifetime(now, session.begun)
  const assertion: Assertion = {
    version,
    id: policies.assertionId(`_${randomUUID()}`, id),
    issuer: provision.application.realm,
    issuedAt: now,
    ...window,
    audiences: policies.audiences(party, provision.application, session.parties),
    ...(nameId && { nameId }),
    confirmation: bearer[version],
    claims: policies.claimsFor(claims, party),
    authentication: { at: session.authenticated, method: unspecified[version] },
  }
  const response = policies.describes(
    {
      dialect: '2005/02',
      collection: false,
      lifetime: { created: now, expires: window.notOnOrAfter },
      appliesTo: party.realm,
      tokenType: tokenTypes[version],
    },
    session.begun,
  )
  return { response, token: await policies.signs(change(assertion), signer) }
}
