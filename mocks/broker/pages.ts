import { HttpResponse } from 'msw'
import type { Pairs } from '../../protocols/wire.ts'
import { escapeHtml, page } from '../html.ts'
import type { Numbers } from './error-numbers.ts'

/** What an error page says: `text` is markup. */
export type ErrorText = { text: string; numbers: Numbers | undefined }

/** An error page; `refreshesTo` is a URL that it moves on to. */
export const errorPage = (
  { text, numbers }: ErrorText,
  { status, refreshesTo }: { status: number; refreshesTo?: string },
): Response => {
  const refresh =
    refreshesTo === undefined ? '' : `<meta http-equiv="refresh" content="3; url=${escapeHtml(refreshesTo)}">`
  const row = numbers && `<p>${escapeHtml(numbers.code)} (${escapeHtml(numbers.id)})</p>`
  return HttpResponse.html(page('Error', `${refresh}<h1>Error</h1><p>${text}</p>${row ?? ''}`), { status })
}

/** A redirect that may set a cookie. */
export const sendTo = (location: string, cookie?: string): Response =>
  new HttpResponse(null, {
    status: 302,
    headers: {
      location: toAscii(location),
      'cache-control': 'no-store',
      ...(cookie !== undefined && { 'set-cookie': cookie }),
    },
  })

/** A page that is kept by nobody; `body` is markup, `cookies` are set with it. */
export const freshPage = (title: string, body: string, cookies: readonly string[] = [], status = 200): Response => {
  const response = HttpResponse.html(page(title, body), { status, headers: { 'cache-control': 'no-store' } })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

/** The markup of a form that submits itself; every value arrives as it is. */
export const postingForm = (action: string, fields: Pairs): string => {
  const inputs = fields.map(
    ([name, value]) => `<input type="hidden" name="${escapeValue(name)}" value="${escapeValue(value)}">`,
  )
  return `<form method="post" action="${escapeValue(action)}">${inputs.join('')}<noscript><button>Continue</button></noscript></form><script>document.forms[0].submit()</script>`
}

/** HTML turns a carriage return into a line feed unless it is written as a reference (HTML section 13.2.3.5). */
const escapeValue = (text: string) => escapeHtml(text).replaceAll('\r', '&#13;')

/** A header carries ASCII: everything else is percent-encoded as UTF-8 (RFC 3987 section 3.1). */
const toAscii = (uri: string) => uri.replaceAll(/[^\u0021-\u007E]+/g, (text) => encodeURIComponent(text.toWellFormed()))
