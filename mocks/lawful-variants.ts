import type { DeclaredRow, TriggeredRowId } from '../fixtures/error-table.ts'
import { withQuery } from '../protocols/form.ts'
import type { Pairs, Wire, WireResponse } from '../protocols/wire.ts'
import { headerOf, textResponse } from '../protocols/wire.ts'
import type { Policies } from './broker/policies.ts'
import type { Records } from './decisions.ts'
import { honest } from './broker/policies.ts'
import type { Side } from './faults/catalogue.ts'
import { escapeHtml, page } from './html.ts'
import { appOnlyVariants } from './lawful-app-only.ts'
import { lawfulSignInVariants } from './lawful-sign-in-variants.ts'
import { declaringStatus, lawfulErrors } from './lawful-errors.ts'
import { lawfulAnswers } from './lawful-answers.ts'
import { tokenVariants } from './lawful-tokens.ts'
import { lawfulRegistrations } from './lawful-registrations.ts'
import { lawfulStores } from './lawful-stores.ts'
import { wsTrustVariants } from './lawful-ws-trust.ts'

/**
 * A target that fills a gap of the sources differently, and is not wrong: a policy of its own, or something around the
 * honest broker. `under` names the dialects that leave the gap; `advised` what a reviewer is told of it, and no more.
 */
export type LawfulVariant = { [Name in keyof Records]?: Partial<Records[Name]> } & {
  does: string
  under: readonly ('k2trust' | 'oauth2' | 'wsfed')[]
  /** The mapping of claims that it declares instead. */
  claims?: Readonly<Record<string, readonly string[]>>
  around?: (broker: Wire, origin: string) => Wire
  /** The side that `around` is about; absent: it may be any. */
  concerns?: Exclude<Side, 'party' | 'cache' | 'high-trust'>
  /** Its own error table; absent: that of the reference broker. */
  declares?: readonly DeclaredRow[]
  /** The rows that the reference broker's triggers do not cause here. */
  handles?: readonly TriggeredRowId[]
  advised?: readonly string[]
  /** The checks that cannot decide, since what they ask about never comes. */
  undecided?: readonly string[]
}

const both = ['k2trust', 'oauth2'] as const
const shows = (status: number, behindRedirect = false) => ({
  policies: { show: () => ({ status, behindRedirect }) } satisfies Partial<Policies>,
  declares: declaringStatus(status, 'oauth'),
  ...(Math.floor(status / 100) !== 4 && { advised: ['errors.client-faults-are-4xx.authorize'] }),
})
const html = (body: string) =>
  textResponse(200, page('One moment', body), [['content-type', 'text/html; charset=utf-8']])

/** A broker whose answers are changed on their way out. */
const answering =
  (change: (response: WireResponse, origin: string) => WireResponse) =>
  (broker: Wire, origin: string): Wire =>
  async (request, signal) =>
    change(await broker(request, signal), origin)

const withHeaders = (response: WireResponse, change: (name: string, value: string) => Pairs): WireResponse => ({
  ...response,
  headers: response.headers.flatMap(([name, value]) => change(name, value)),
})
const withLocation = (response: WireResponse, change: (location: string) => string) =>
  withHeaders(response, (name, value) => [[name, name === 'location' ? change(value) : value]])
const setCookies = ({ headers }: WireResponse): Pairs => headers.filter(([name]) => name === 'set-cookie')
/** Whether an answer ends a flow: it goes to the caller with a code or an error. */
const answersCaller = (location: string | undefined): location is string =>
  location !== undefined && /[?&](code|error)=/.test(location)

/** Every lawful variant of the reference broker. */
export const lawfulVariants = {
  'refuses-with-200': { does: 'shows the error page with status 200', under: both, ...shows(200) },
  'refuses-behind-redirect': {
    does: 'redirects to its own error page, which has status 200',
    under: both,
    ...shows(200, true),
  },
  'refuses-with-400': { does: 'shows the error page with status 400', under: both, ...shows(400) },
  'refuses-with-403': { does: 'shows the error page with status 403', under: both, ...shows(403) },
  'refuses-with-500': { does: 'shows the error page with status 500', under: both, ...shows(500) },
  'redirects-by-path': {
    does: 'redirects to its own pages by a path without an origin',
    under: both,
    around: answering((response, origin) => withLocation(response, (to) => to.replace(`${origin}/`, '/'))),
  },
  'redirects-with-303': {
    does: 'redirects with status 303',
    under: both,
    around: answering((response) => (response.status === 302 ? { ...response, status: 303 } : response)),
  },
  'moves-on-by-refresh': {
    does: 'leads on by a page with a meta refresh instead of a redirect',
    under: both,
    around: answering((response) => {
      const to = headerOf(response.headers, 'location')
      if (to === undefined) return response
      const shown = html(`<meta http-equiv="refresh" content="0; url=${escapeHtml(to)}">`)
      return { ...shown, headers: [...shown.headers, ...setCookies(response)] }
    }),
  },
  'answers-by-form-post': {
    does: 'sends the code by a form that submits itself',
    under: ['oauth2'],
    around: answering((response) => {
      const to = headerOf(response.headers, 'location')
      if (!answersCaller(to)) return response
      const action = new URL(to)
      const fields = ['code', 'error', 'error_description', 'state'].map((name) => {
        const value = action.searchParams.get(name)
        action.searchParams.delete(name)
        return value === null ? '' : `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`
      })
      return html(
        `<form method="post" action="${escapeHtml(action.href)}">${fields.join('')}</form><script>document.forms[0].submit()</script>`,
      )
    }),
  },
  'adds-parameters': {
    does: 'adds iss and session_state to what it gives back',
    under: both,
    around: answering(
      (response, origin) =>
      withLocation(response, (to) => (answersCaller(to) ? withQuery(to, [['iss', origin], ['session_state', 's']]) : to)), // prettier-ignore
    ),
  },
  'changes-codes': {
    does: "gives a code of its own instead of the upstream's",
    under: ['oauth2'],
    policies: {
      giveBack: ({ code, ...answer }, state) =>
        honest.giveBack({ ...answer, ...(code !== undefined && { code: `own.${code}` }) }, state),
    },
  },
  'needs-a-cookie': {
    does: 'sets a session cookie and comes back before it serves anybody',
    under: both,
    around: (broker, origin) => async (request, signal) => {
      if (request.method !== 'GET' || /session=1/.test(headerOf(request.headers, 'cookie') ?? ''))
        return broker(request, signal)
      const cookie = 'session=1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600'
      return textResponse(302, '', [['location', origin + request.rawPath], ['set-cookie', cookie]]) // prettier-ignore
    },
  },
  'scopes-cookies-to-its-domain': {
    does: 'names its own host as the domain of its cookies',
    under: both,
    around: answering((response, origin) =>
      withHeaders(response, (name, value) => [
        [name, name === 'set-cookie' ? `${value}; Domain=${new URL(origin).hostname}` : value],
      ]),
    ),
  },
  'asks-upstream-for-a-form-post': {
    does: 'has the code posted to it by a form',
    under: both,
    policies: {
      upstreamQuery: (client, asked) => [...honest.upstreamQuery(client, asked), ['response_mode', 'form_post']],
    },
  },
  'serves-get-only': {
    does: 'answers an authorization request by POST with status 405',
    under: both,
    around: (broker) => async (request, signal) =>
      request.method === 'POST' && request.rawPath.endsWith('/request')
        ? textResponse(405, 'Method Not Allowed', [['allow', 'GET']])
        : broker(request, signal),
  },
  'ignores-case-of-client-id': {
    does: 'takes a GUID for a client id in upper case too',
    under: both,
    policies: { findClient: (clients, id, tenant) => honest.findClient(clients, id.toLowerCase(), tenant) },
  },
  'uses-registered-of-two': {
    does: 'validates and uses the first of two redirect_uri',
    under: both,
    policies: { readRedirectUri: (parameters) => honest.readRedirectUri(firstOnly(parameters)) },
  },
  'tells-refusals-on-a-page': {
    does: 'tells a refusal of the identity provider on its own page',
    under: both,
    policies: {
      giveBack: (answer, state) =>
        answer.code === undefined ? 'authorization-response' : honest.giveBack(answer, state),
    },
  },
  'reduces-errors-to-one': {
    does: 'relays every refusal of the identity provider as access_denied',
    under: both,
    policies: {
      giveBack: ({ error, ...answer }, state) =>
        honest.giveBack({ ...answer, ...(error !== undefined && { error: 'access_denied' }) }, state),
    },
  },
  'validates-after-sign-in': {
    does: 'looks at redirect_uri once the user has signed in',
    under: ['oauth2'],
    policies: { validatesFirst: () => false },
  },
  'words-its-own': {
    does: 'says error=invalid_request in its own words',
    under: ['oauth2'],
    policies: { wording: () => 'error: invalid_request, the redirect URI is not one of yours' },
  },
  'answers-in-any-browser': {
    does: 'keeps no mark of the browser that began a request',
    under: both,
    policies: { sameBrowser: () => true },
    advised: ['authorize.callback-unknown.other-browser'],
  },
  'spends-requests-late': {
    does: 'spends a pending request once it has looked up what it needs for the answer',
    under: both,
    policies: { spendsFirst: () => false },
    advised: ['authorize.callback-unknown.race'],
  },
  'keeps-requests-for-days': {
    does: 'keeps a request pending for three days',
    under: both,
    policies: { stillPending: ({ begun, now }) => now - begun < 3 * 86_400_000 },
    advised: ['authorize.callback-unknown.expired'],
  },
  ...tokenVariants,
  ...wsTrustVariants,
  ...appOnlyVariants,
  ...lawfulSignInVariants,
  ...lawfulErrors,
  ...lawfulAnswers,
  ...lawfulStores,
  ...lawfulRegistrations,
} as const satisfies Record<string, LawfulVariant>

const firstOnly = (parameters: Pairs): Pairs => {
  const first = parameters.find(([name]) => name === 'redirect_uri')
  return parameters.filter((pair) => pair[0] !== 'redirect_uri' || pair === first)
}

export type LawfulVariantId = keyof typeof lawfulVariants
