import type { HttpResponse } from 'msw'
import { randomUUID } from 'node:crypto'
import type { Tenant, User } from '../../../fixtures/world/shapes.ts'
import type { Assertion } from '../../../protocols/saml/assertion.ts'
import { bearer, tokenTypes } from '../../../protocols/saml/assertion.ts'
import { responseFields } from '../../../protocols/ws-federation/request.ts'
import type { TokenResponse } from '../../../protocols/ws-trust/response.ts'
import { formPost } from '../form-post.ts'
import { signerOf } from '../signer.ts'
import { assertedOf } from './asserted.ts'
import { issuerOf, pairwise } from './claims.ts'
import { misbehaves, toldTo } from './directory.ts'
import type { Entra, OpenPage, PassiveSignIn } from './state.ts'
import { claimTypes, password, windows } from './wsfed-claims.ts'
import { resultFor } from './wsfed-result.ts'

type Asked = PassiveSignIn & Pick<OpenPage, 'atHome'> & { tenant: Tenant }
type Named = Assertion & { nameId: { value: string } }

const formats = {
  '1.1': 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  '2.0': 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
} as const

const authentications = {
  '1.1': 'urn:oasis:names:tc:SAML:1.0:am:password',
  '2.0': 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
} as const

/** Takes the token to the application's reply URL, in a form that submits itself; `wctx` comes back as it was. */
export const answerPassive = async (entra: Entra, asked: Asked, user: User): Promise<HttpResponse<string>> => {
  const assertion = assertionFor(entra, asked, user)
  const given = { assertion, response: responseFor(assertion), issuer: signerOf(entra) }
  return formPost(
    entra.application.reply,
    responseFields(await resultFor(entra, asked.tenant, given), contextOf(entra, asked)),
  )
}

const contextOf = (entra: Entra, { tenant, context }: Asked): string | undefined => {
  if (misbehaves(entra, tenant.id, 'idp.omits-wctx')) return undefined
  return misbehaves(entra, tenant.id, 'idp.changes-wctx') ? `not-${context ?? 'asked-for'}` : context
}

/** Tokens are valid from now; the subject has another name for every application. */
const assertionFor = (entra: Entra, { tenant, authenticatedAt, atHome }: Asked, user: User): Named => {
  const { application, clock, lifetimes, wsfedTokens } = entra
  const version = misbehaves(entra, tenant.id, 'idp.answers-in-saml11') ? '1.1' : wsfedTokens
  const [id, now] = [`_${randomUUID()}${toldTo(entra, tenant.id, 'idp.extends-ids') ?? ''}`, clock.now()]
  return {
    version,
    id,
    issuer: toldTo(entra, tenant.id, 'idp.issues-as') ?? issuerOf(entra, tenant.id, 1),
    issuedAt: now,
    notBefore: now,
    notOnOrAfter: now + lifetimes.access,
    audiences: [[application.realm]],
    nameId: { value: pairwise(user, application.id), format: formats[version] },
    confirmation: bearer[version],
    claims: claimsOf(entra, tenant, user, atHome ? windows : password),
    authentication: {
      at: authenticatedAt ?? now,
      method: atHome ? 'urn:federation:authentication:windows' : authentications[version],
      ...(version === '2.0' && { sessionIndex: id }),
    },
  }
}

/** In a directory that they were invited to, a guest has a name made of the address at home. */
const claimsOf = (entra: Entra, tenant: Tenant, user: User, methods: string): Assertion['claims'] => {
  const { objectId, name: called, displayName, home = tenant.id, more = [] } = assertedOf(entra, user)
  const [given = '', ...family] = displayName.split(' ')
  const name = home === tenant.id ? called : `${called.replace('@', '_')}#EXT#@${tenant.domain}`
  const claims = {
    tenantId: tenant.id,
    objectId,
    displayName,
    identityProvider: issuerOf(entra, home, 1),
    methods,
    givenName: given,
    surname: family.join(' '),
    name,
  } satisfies Record<keyof typeof claimTypes, string>
  return [
    ...Object.entries(claims).map(([key, value]) => ({
      type: claimTypes[key as keyof typeof claimTypes],
      values: [value],
    })),
    ...more,
  ]
}

const responseFor = ({ version, issuedAt, notOnOrAfter = issuedAt, audiences }: Named): TokenResponse => ({
  dialect: '2005/02',
  collection: false,
  lifetime: { created: issuedAt, expires: notOnOrAfter },
  appliesTo: audiences[0]?.[0] ?? '',
  tokenType: tokenTypes[version],
})
