import { decodeForm, queryOf, valuesOf } from '../protocols/form.ts'
import { headerOf, textResponse } from '../protocols/wire.ts'
import { writeFaultResult } from '../protocols/ws-federation/result.ts'
import { postingForm } from './broker/pages.ts'
import { honestSignIn } from './broker/sign-in-policies.ts'
import { page } from './html.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const both = ['k2trust', 'wsfed'] as const
const fault = writeFaultResult({
  code: 'Sender',
  subcode: { namespace: 'http://docs.oasis-open.org/wsfed/federation/200706', name: 'BadRequest' },
  reason: 'what was asked is no sign-in',
})

/** The lawful variants of how the reference broker signs in. */
export const lawfulSignInVariants = {
  'refuses-sign-ins-with-200': {
    does: 'shows the error page of a sign-in with status 200',
    under: both,
    signIn: { show: () => ({ status: 200, behindRedirect: false }) },
  },
  'refuses-sign-ins-in-its-own-words': {
    does: 'says in its own words why a sign-in is refused',
    under: ['wsfed'],
    signIn: { show: () => ({ status: 403, behindRedirect: false }), wording: (row) => `Sign-in denied (${row})` },
  },
  'tells-the-party-by-a-fault': {
    does: 'posts a fault to the registered reply of a party whose request it does not understand',
    under: ['wsfed'],
    around: (broker) => async (request, signal) => {
      const response = await broker(request, signal)
      const [realm] = valuesOf(queryOf(request.rawPath), 'wtrealm')
      const refused = /\bis=not-ws-federation\b/.test(headerOf(response.headers, 'location') ?? '')
      if (realm === undefined || !refused) return response
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
} as const satisfies Record<string, LawfulVariant>
