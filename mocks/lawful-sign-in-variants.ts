import { samePlace } from '../fixtures/near-miss/place.ts'
import { issue } from '../protocols/saml/issue.ts'
import { cleanUpQuery } from '../protocols/ws-federation/request.ts'
import { tenantClaim } from './broker/claims.ts'
import { decodeForm, queryOf, valuesOf } from '../protocols/form.ts'
import { headerOf, textResponse } from '../protocols/wire.ts'
import { writeFaultResult } from '../protocols/ws-federation/result.ts'
import { postingForm } from './broker/pages.ts'
import { honestSignIn } from './broker/sign-in-policies.ts'
import { page } from './html.ts'
import { declaringStatus } from './lawful-errors.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const both = ['k2trust', 'wsfed'] as const
const fault = writeFaultResult({
  code: 'Sender',
  subcode: { namespace: 'http://docs.oasis-open.org/wsfed/federation/200706', name: 'BadRequest' },
  reason: 'what was asked is no sign-in',
})

const documented = ['k2trust'] as const
const [objectId, displayName] = ['objectidentifier', 'displayname'].map(
  (name) => `http://schemas.microsoft.com/identity/claims/${name}`,
) as [string, string]

/** The lawful variants of how the reference broker signs in. */
export const lawfulSignInVariants = {
  'refuses-sign-ins-with-200': {
    does: 'shows the error page of a sign-in with status 200',
    under: ['wsfed'],
    signIn: { show: () => ({ status: 200, behindRedirect: false }) },
    declares: declaringStatus(200, 'sign-in'),
    advised: ['errors.client-faults-are-4xx.sign-in'],
  },
  'refuses-sign-ins-in-its-own-words': {
    does: 'says in its own words why a sign-in is refused',
    under: ['wsfed'],
    signIn: {
      show: (row) => ({ ...honestSignIn.show(row), ...(row !== 'unhandled' && row !== 'metadata' && { status: 403 }) }),
      wording: (row) => `Sign-in denied (${row})`,
    },
  },
  'tells-the-party-by-a-fault': {
    does: 'posts a fault to the registered reply of a party whose request it does not understand',
    under: ['wsfed'],
    around: (broker) => async (request, signal) => {
      const response = await broker(request, signal)
      const [realm] = valuesOf(queryOf(request.rawPath), 'wtrealm')
      const refused = /\bis=not-ws-federation\b/.test(headerOf(response.headers, 'location') ?? '')
      if (!realm?.startsWith('https:') || !refused) return response
      const form = postingForm(`${realm}_trust/`, [
        ['wa', 'wsignin1.0'],
        ['wresult', fault],
      ])
      return textResponse(200, page('One moment', form), [['content-type', 'text/html; charset=utf-8']])
    },
  },
  'tells-the-party-in-a-query': {
    does: 'sends the user back to the registered reply with an error when the identity provider proves nothing',
    under: ['wsfed'],
    around: (broker, origin) => {
      const replies = new Map<string, string>()
      return async (request, signal) => {
        const response = await broker(request, signal)
        const to = headerOf(response.headers, 'location') ?? ''
        const [realm] = valuesOf(queryOf(request.rawPath), 'wtrealm')
        const [begun] = [...valuesOf(queryOf(to), 'state'), ...valuesOf(queryOf(to), 'wctx')]
        if (realm !== undefined && begun !== undefined) replies.set(begun, `${realm}_trust/`)
        if (!to.startsWith(`${origin}/error?is=sign-in-response`)) return response
        const form = decodeForm(new TextDecoder().decode(request.body))
        const reply = replies.get([...valuesOf(form, 'state'), ...valuesOf(form, 'wctx')][0] ?? '')
        return reply === undefined ? response : textResponse(302, '', [['location', `${reply}?error=access_denied`]])
      }
    },
  },
  'issues-tokens-for-an-hour': {
    does: 'issues tokens for an hour, and no profile says otherwise',
    under: ['wsfed'],
    signIn: { lifetime: (now) => ({ notBefore: now, notOnOrAfter: now + 3_600_000 }) },
  },
  'leaves-its-reply-to-the-provider': {
    does: 'names no wreply upstream, where it has one alone',
    under: ['wsfed'],
    signIn: {
      federationQuery: (application, request) =>
        honestSignIn.federationQuery(application, request).filter(([name]) => name !== 'wreply'),
    },
  },
  'answers-in-ws-trust-1.3': {
    does: 'puts its token into a collection of WS-Trust 1.3 responses',
    under: documented,
    signIn: { describes: (response) => ({ ...response, dialect: '1.3', collection: true }) },
  },
  'declares-no-more-than-it-must': {
    does: 'puts nothing beside the token into its response',
    under: documented,
    signIn: { describes: ({ dialect, collection }) => ({ dialect, collection }) },
  },
  'backdates-tokens': {
    does: 'issues tokens that are valid from five minutes ago',
    under: documented,
    signIn: {
      lifetime: (now, session) => ({ ...honestSignIn.lifetime(now, session), notBefore: now - 300_000 }),
    },
  },
  'publishes-withdrawn-certificate-too': {
    does: 'goes on to publish a certificate that signs nothing more',
    under: both,
    signIn: { publishes: (signers) => signers.map(({ certificate }) => certificate) },
  },
  'publishes-new-certificate-last': {
    does: 'publishes the withdrawn certificates before the one that signs',
    under: both,
    signIn: { publishes: (signers) => signers.map(({ certificate }) => certificate).toReversed() },
  },
  'posts-to-registered-reply-instead': {
    does: 'posts to the registered reply whatever wreply says',
    under: documented,
    signIn: { acceptsReply: () => true, destination: ({ reply }) => reply },
    handles: ['sign-in-request'],
  },
  'keeps-no-session': {
    does: 'asks the identity provider for every party, which knows the user',
    under: documented,
    signIn: { findSession: () => undefined },
  },
  'takes-first-of-two-tenants': {
    does: 'takes the first of two tenants in a token, and compares it with the issuer',
    under: documented,
    signIn: { namesTenant: (claims) => claims.find(({ type }) => type === tenantClaim)?.values[0] },
    advised: ['realm.from-token.two-tenants'],
  },
  'ignores-case-of-realm': {
    does: 'takes a realm in another case for the registered one',
    under: documented,
    signIn: { findParty: (parties, realm) => parties.find((one) => one.realm.toLowerCase() === realm.toLowerCase()) },
  },
  'ignores-slash-of-realm': {
    does: 'takes a realm without the slash at its end for the registered one',
    under: documented,
    signIn: {
      findParty: (parties, realm) => parties.find((one) => one.realm.replace(/\/$/, '') === realm.replace(/\/$/, '')),
      findAppliesTo: (parties, realm) =>
        parties.find((one) => one.realm.replace(/\/$/, '') === realm.replace(/\/$/, '')),
    },
  },
  'reads-reply-as-browsers-do': {
    does: 'takes a wreply that leads to the registered place, and posts there as it was spelled',
    under: documented,
    signIn: { acceptsReply: samePlace },
  },
  'cleans-up-upstream': {
    does: 'tells the identity provider of a sign-out by a clean-up, which ends its session as well',
    under: documented,
    signIn: { signOutUpstream: () => cleanUpQuery() },
  },
  'signs-with-sha1': {
    does: 'signs tokens with SHA-1',
    under: documented,
    signIn: { signs: (assertion, signer) => issue(assertion, signer, 'sha1') },
    advised: ['metadata.verifies-tokens.sha256'],
  },
  'refuses-odd-names': {
    does: 'signs nobody in whose name holds more than letters, digits and a few signs',
    under: documented,
    signIn: {
      isMember: (proved, ...asked) => honestSignIn.isMember(proved, ...asked) && /^[\w.@#-]+$/.test(proved.name ?? ''),
    },
  },
  'tells-claims-of-its-own': {
    does: 'tells the object id and the display name under claim types of its own, and how the user was checked',
    under: documented,
    claims: { 'urn:user/id': [objectId, 'oid'], 'urn:user/name': [displayName, 'name'], 'urn:user/assurance': [] },
    signIn: {
      claimsFor: (claims) => [
        ...claims.flatMap(({ type, values }) => (type === objectId ? [{ type: 'urn:user/id', values }] : [])),
        ...claims.flatMap(({ type, values }) => (type === displayName ? [{ type: 'urn:user/name', values }] : [])),
        { type: 'urn:user/assurance', values: ['low'] },
      ],
    },
  },
  'omits-empty-claims': {
    does: 'tells no claim whose every value is empty',
    under: documented,
    signIn: {
      claimsFor: (claims, party) =>
        honestSignIn.claimsFor(claims, party).filter(({ values }) => values.some((value) => value !== '')),
    },
  },
} as const satisfies Record<string, LawfulVariant>
