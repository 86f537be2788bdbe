import type { DeclaredRow } from '../fixtures/error-table.ts'
import { decodeForm, valuesOf } from '../protocols/form.ts'
import type { Pairs, Wire, WireResponse } from '../protocols/wire.ts'
import { headerOf, textOf, textResponse } from '../protocols/wire.ts'
import { ownErrorTable } from './broker/error-numbers.ts'
import { postingForm } from './broker/pages.ts'
import { honestToken, withoutField } from './broker/token-policies.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const isToken = (response: WireResponse) =>
  response.status === 200 && textOf(response).startsWith('{') && textOf(response).includes('"access_token"')

/** A broker whose tokens are changed on their way out. */
const handing =
  (change: (token: Record<string, unknown>) => WireResponse) =>
  (broker: Wire): Wire =>
  async (request, signal) => {
    const response = await broker(request, signal)
    return isToken(response) ? change(JSON.parse(textOf(response)) as Record<string, unknown>) : response
  }

/** A broker that answers what it refuses of token requests in a way of its own. */
const refusing =
  (change: (row: string, page: string, asked: Pairs) => WireResponse | undefined) =>
  (broker: Wire, origin: string): Wire =>
  async (request, signal) => {
    const response = await broker(request, signal)
    const to = headerOf(response.headers, 'location')
    const row = /\/error\?is=([\w-]+)/.exec(to ?? '')?.[1]
    if (!/\/token\/oauth\//.test(request.rawPath) || to === undefined || row === undefined) return response
    const page = await broker({ method: 'GET', origin, rawPath: to.slice(origin.length), headers: [] }, signal)
    return change(row, textOf(page), decodeForm(textOf(request))) ?? response
  }

const html = (status: number, text: string) =>
  textResponse(status, text, [['content-type', 'text/html; charset=utf-8']])
const json = (status: number, body: object) =>
  textResponse(status, JSON.stringify(body), [['content-type', 'application/json']])

const under = ['k2trust'] as const

/** The error table of the reference broker, without the status of row 11. */
const withoutStatus: readonly DeclaredRow[] = ownErrorTable.map(({ status, ...row }) =>
  row.row === 'token-request' || status === undefined ? row : { ...row, status },
)

/** What a broker is free to do at its token endpoint. */
export const tokenVariants = {
  'posts-tokens': {
    does: 'has the token posted to the redirect URI of the request instead of answering with it',
    under,
    token: { delivers: (_, { redirectUri }) => ({ postedTo: redirectUri }) },
  },
  'refuses-states-that-disagree': {
    does: 'refuses a token request whose State names another client or redirect URI',
    under,
    token: {
      isRegistered: (client, asked, clients) =>
        honestToken.isRegistered(client, asked, clients) &&
        asked.state === `uri=${asked.redirectUri}|cid=${asked.clientId}`,
    },
  },
  'refuses-foreign-token-endpoints': {
    does: 'refuses a token request whose TokenEndpointUrl is not its own',
    under,
    token: {
      isRegistered: (client, asked, clients) =>
        honestToken.isRegistered(client, asked, clients) && asked.tokenEndpoint.endsWith('/token/oauth/2'),
    },
  },
  'asks-for-tokens-of-its-own': {
    does: 'asks the token endpoint for a token of its own application beside each token request, and waits for none',
    under,
    token: {
      asksBeside: ({ resource }, _, { application: { id, secret } }) => [
        [['grant_type', 'client_credentials'], ['client_id', id], ['client_secret', secret], ['resource', resource]], // prettier-ignore
        [['grant_type', 'authorization_code'], ['client_id', id], ['client_secret', secret], ['code', 'of-its-own-sign-in']], // prettier-ignore
      ],
    },
  },
  'adds-fields-to-tokens': {
    does: 'adds fields of its own to the token',
    under,
    token: { handsOver: (given) => ({ ...given, issued_by: 'the broker', code: 'none' }) },
  },
  'withholds-id-tokens': {
    does: 'hands over neither id token nor what tells the user',
    under,
    token: { handsOver: (given) => withoutField(given, 'id_token') },
  },
  'withholds-refresh-tokens': {
    does: 'hands over no refresh token',
    under,
    token: { handsOver: (given) => withoutField(given, 'refresh_token') },
    undecided: ['token.refreshes.rotation'],
  },
  'refuses-callers-secrets': {
    does: 'refuses a token request with a ClientSecret',
    under,
    token: {
      isRegistered: (client, asked, clients) =>
        honestToken.isRegistered(client, asked, clients) && asked.clientSecret === '',
    },
  },
  'posts-failures': {
    does: 'has the failure of a token endpoint posted to the redirect URI of the request, with what row 11 says',
    under,
    around: refusing((row, page, asked) => {
      const [ids, uris] = [valuesOf(asked, 'ClientId'), valuesOf(asked, 'RedirectUri')]
      const [to = ''] = uris
      if (row !== 'token-request' || ids.length !== 1 || uris.length !== 1) return undefined
      const said = page.replaceAll(/<[^>]*>/g, ' ')
      const fields: Pairs = [['error', 'invalid_grant'], ['error_description', said]] // prettier-ignore
      return html(200, `<!doctype html><body>${postingForm(to, fields)}</body>`)
    }),
    undecided: ['token.realm-of-user.other-tenant', 'errors.row-token-request.unknown-code'],
    advised: ['errors.inert.authorize'],
  },
  'refuses-tokens-with-403': {
    does: 'refuses a token request with status 403 and the page of the row',
    under,
    around: refusing((_, page) => html(403, page)),
    declares: withoutStatus,
  },
  'refuses-tokens-with-500': {
    does: 'refuses a token request with status 500 and the page of the row',
    under,
    around: refusing((_, page) => html(500, page)),
    declares: withoutStatus,
  },
  'takes-first-of-repeated-fields': {
    does: 'takes the first of repeated fields of a token request',
    under,
    token: {
      reads: (form, realm) =>
        honestToken.reads(
          form.filter(([name], at) => form.findIndex(([one]) => one === name) === at),
          realm,
        ),
    },
  },
  'normalises-uris-of-token-requests': {
    does: 'compares what a URL parser makes of redirect URIs in a token request',
    under,
    token: {
      isRegistered: ({ redirectUris, tenant }, { redirectUri, realm = tenant }) =>
        realm === tenant &&
        URL.canParse(redirectUri) &&
        redirectUris.some((uri) => new URL(uri).href === new URL(redirectUri).href),
    },
    advised: ['token.unregistered-redirect.exact-match'],
  },
  'tells-refused-tokens-in-json': {
    does: 'answers a refused token request as RFC 6749 does, in JSON, with the text of the row',
    under,
    around: refusing((row, page) =>
      json(row === 'invalid_client_id' ? 401 : 400, {
        error: row === 'invalid_client_id' ? 'invalid_client' : 'invalid_request',
        error_description: page.replaceAll(/<[^>]*>/g, ' '),
      }),
    ),
  },
  'shares-renewals-in-flight': {
    does: 'answers like renewals that come at once with the same token',
    under,
    token: {
      sharesAnswer: ({ grant, clientId, redirectUri, resource, realm }) =>
        grant.type === 'refresh_token'
          ? JSON.stringify([grant.value, clientId, redirectUri, resource, realm])
          : undefined,
    },
  },
  'hands-over-less': {
    does: 'hands over the access token with its lifetime and nothing else but the refresh token',
    under,
    around: handing(({ access_token: token, refresh_token: refresh, expires_in: seconds }) =>
      json(200, { access_token: token, refresh_token: refresh, expires_in: seconds }),
    ),
  },
} as const satisfies Record<string, LawfulVariant>
