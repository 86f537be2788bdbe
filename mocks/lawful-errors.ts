import type { DeclaredRow, ErrorRowId } from '../fixtures/error-table.ts'
import { documentedRows } from '../fixtures/error-table.ts'
import type { Wire } from '../protocols/wire.ts'
import { headerOf, textOf, textResponse } from '../protocols/wire.ts'
import { ownErrorTable } from './broker/error-numbers.ts'
import { honestSignIn } from './broker/sign-in-policies.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const oauthRows: readonly ErrorRowId[] = [
  'oauth-version', 'authorization-request', 'authorization-response', 'token-request',
] // prettier-ignore

/** The reference broker's own table with another status in the rows of one side. */
export const declaringStatus = (status: number, side: 'sign-in' | 'oauth'): readonly DeclaredRow[] =>
  ownErrorTable.map((row) => (oauthRows.includes(row.row) === (side === 'oauth') ? { ...row, status } : row))

/** A broker whose error pages are changed on their way out. */
const onErrorPages =
  (change: (html: string) => string) =>
  (broker: Wire): Wire =>
  async (request, signal) => {
    const response = await broker(request, signal)
    const html = textOf(response)
    return html.includes('<h1>Error</h1>')
      ? { ...response, body: new TextEncoder().encode(change(html)) }
      : response
  } // prettier-ignore

const both = ['k2trust', 'oauth2'] as const
const numberOf = (row: ErrorRowId) => String(1000 + documentedRows[row].number)

/** Lawful ways to show the error table. */
export const lawfulErrors = {
  'shows-sign-in-errors-with-200': {
    does: 'shows the error pages of sign-in with status 200',
    under: ['k2trust'],
    signIn: { show: () => ({ status: 200, behindRedirect: false }) },
    declares: declaringStatus(200, 'sign-in'),
    advised: ['errors.client-faults-are-4xx.sign-in'],
  },
  'shows-sign-in-errors-with-500': {
    does: 'shows the error pages of sign-in with status 500, behind a redirect',
    under: ['k2trust'],
    signIn: { show: () => ({ status: 500, behindRedirect: true }) },
    declares: declaringStatus(500, 'sign-in'),
    advised: ['errors.client-faults-are-4xx.sign-in'],
  },
  'declares-one-number': {
    does: 'declares the code of one row and nothing else of its table',
    under: ['k2trust'],
    declares: [{ row: 'unknown-realm', code: 'BS1007' }],
  },
  'declares-nothing-and-shares-codes': {
    does: 'shows one number with every row, and declares none',
    under: both,
    policies: { numbers: () => ({ code: 'E1', id: 'Error' }) },
    signIn: { numbers: () => ({ code: 'E1', id: 'Error' }) },
    declares: [],
  },
  'surrounds-errors-with-numbers': {
    does: 'shows plain numbers as codes, with a request id, a time and other numbers around them',
    under: both,
    policies: {
      numbers: (refusal) =>
        refusal === 'invalid_client_id' || refusal === 'invalid_redirect_uri'
          ? undefined
          : { code: numberOf(refusal), id: refusal },
    },
    signIn: { numbers: (row) => ({ code: numberOf(row), id: row }) },
    declares: ownErrorTable.map(({ row, ...more }) => ({ row, ...more, code: numberOf(row), id: row })),
    around: onErrorPages((html) =>
      html
        .replace('<h1>', '<p>Request 1b4e28ba-2fa1-11d2-883f-0016d3cca427 at 2026-01-01T10:00:00Z, 51007 of 10031</p><h1>')
        .replace('</body>', '<footer>Version 10.0.14393.0 &middot; call 1003-1004</footer></body>'),
    ),
  },
  'offers-help-with-errors': {
    does: 'shows its error pages with links, a picture and a style sheet of other sites, and a way back',
    under: both,
    around: onErrorPages((html) =>
      html
        .replace('</head>', '<link rel="stylesheet" href="https://cdn.elsewhere.test/a.css"></head>')
        .replace('</body>', '<a href="https://help.elsewhere.test/">Help</a> <a href="javascript:history.back()">Back</a><img src="https://cdn.elsewhere.test/a.png"></body>'),
    ),
  },
  'shortens-unknown-realms': {
    does: 'quotes the first 40 characters of an unknown realm',
    under: ['k2trust'],
    signIn: {
      wording: (row, { realm, ...told }) =>
        honestSignIn.wording(row, { ...told, ...(realm !== undefined && { realm: realm.length > 40 ? `${realm.slice(0, 40)}…` : realm }) }),
    },
  },
  'escapes-by-number': {
    does: 'writes every character that is no letter or digit as a numeric reference',
    under: both,
    policies: { marksUp: (text) => byNumber(text) },
    signIn: { marksUp: (text) => byNumber(text) },
  },
  'drops-angle-brackets': {
    does: 'leaves angle brackets and quotes away from what it quotes',
    under: both,
    policies: { marksUp: (text) => text.replaceAll(/[<>"&]/g, '') },
    signIn: { marksUp: (text) => text.replaceAll(/[<>"&]/g, '') },
  },
  'tells-failed-redemptions-in-json': {
    does: 'tells why a token request failed as an error of RFC 6749',
    under: both,
    around: (broker, origin) => async (request, signal) => {
      const response = await broker(request, signal)
      const to = headerOf(response.headers, 'location')
      if (request.method !== 'POST' || !to?.startsWith(`${origin}/error?is=token-request`)) return response
      const page = await broker({ method: 'GET', origin, rawPath: to.slice(origin.length), headers: [] }, signal)
      const said = textOf(page).replaceAll(/<[^>]*>/g, ' ')
      return textResponse(400, JSON.stringify({ error: 'invalid_grant', error_description: said }), [
        ['content-type', 'application/json'],
      ])
    },
  },
} as const satisfies Record<string, LawfulVariant> // prettier-ignore

const byNumber = (text: string) => text.replaceAll(/[^\p{L}\p{N}\s]/gu, (one) => `&#${one.codePointAt(0)};`)
