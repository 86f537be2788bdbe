import type { Journey } from '../../../harness/agent/browser.ts'
import { elementsOf } from '../../../harness/agent/forms.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { isTargets } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { codesIn } from '../../../harness/record/codes.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'
import { decodeForm, queryOf, valuesOf } from '../../../protocols/form.ts'
import { textOf, urlOf } from '../../../protocols/wire.ts'
import { stackTraceIn } from './stack-trace.ts'
import { carriesResult } from '../sign-in/request.ts'

/**
 * Judges the pages of the target on a journey that was refused: `mark` stands in what was sent, in the place of the name of an
 * element, an attribute or a function.
 *
 * @throws Violation of kind `markup`, `stack-trace`, `secret`, `token`, `address` or `leads-off`
 */
export const staysInert = (context: Context, journey: Journey, mark: string): void => {
  const tokens = journey.filter(({ to }) => to === 'idp').flatMap(({ response }) => (response ? codesIn(response) : []))
  for (const hop of journey.filter(({ to, response }) => to === 'target' && response !== undefined)) {
    const leads = leadsOff(context, hop)
    if (leads !== undefined) throw fail('leads-off', 'nobody led off the origin of the target', leads)
    if (nextOf(hop).is !== 'page') continue
    const text = hop.response === undefined ? '' : textOf(hop.response)
    const markup = markupIn(text, mark)
    if (markup !== undefined) throw fail('markup', 'what was sent shown as text', `it became markup: ${markup}`)
    const shown = `${unescaped(text)} ${textIn(hop)}`
    const frame = stackTraceIn(shown)
    if (frame !== undefined) throw fail('stack-trace', 'no stack trace', beginningOf(frame, 160))
    const secret = secretsOf(context).find(([value]) => shown.includes(value))
    if (secret) throw fail('secret', 'no secret', `a page with a ${secret[1]}`)
    const token = [...tokens, ...postedTo(hop)].find((one) => one.length >= 16 && shown.includes(one) && !one.includes(mark)) // prettier-ignore
    if (token !== undefined) throw fail('token', 'no token', 'a page with a code or a token that came from upstream')
    const address = internal.exec(shown)?.[0]
    if (address !== undefined) throw fail('address', 'no internal address', address)
  }
}

const fail = (kind: string, expected: string, actual: string) =>
  new Violation(kind, { expected: `an inert error page: ${expected}`, actual })

const textIn = (hop: Exchange) => {
  const next = nextOf(hop)
  return next.is === 'page' ? next.page.text : ''
}

/** An address of a private network (RFC 1918) as a URL or with a port: alone it may be the number of a version. */
const internal =
  /https?:\/\/(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})\b|\b(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}):\d{2,5}\b/

const secretsOf = ({ slice: { clients, users } }: Context): (readonly [string, string])[] => [
  ...clients.map(({ secret }) => [secret, 'client secret'] as const),
  ...users.map(({ password }) => [password, 'password'] as const),
]

/** What the identity provider had the browser post to the target. */
const postedTo = ({ request }: Exchange): string[] =>
  request.method === 'POST'
    ? decodeForm(textOf(request)).flatMap(([name, value]) =>
        ['wresult', 'id_token', 'code'].includes(name) ? [value] : [],
      )
    : []

/**
 * Where an answer leads a browser by itself, when that is neither the target nor the identity provider. Where the sources
 * do not describe the dialect, an error may be sent to a registered redirect URI.
 *
 * @throws Inconclusive when the caller got what it asked for, so that there is no error page to judge
 */
const leadsOff = ({ at, dialect, slice }: Context, hop: Exchange): string | undefined => {
  const next = nextOf(hop)
  const to = next.is === 'redirect' ? next.to : next.is === 'form-post' ? next.action : undefined
  if (to === undefined) return undefined
  const origin = URL.canParse(to) ? new URL(to).origin : to
  if (isTargets(at, origin) || origin === at.idp) return undefined
  const registered = [
    ...slice.clients.flatMap(({ redirectUris }) => redirectUris),
    ...slice.parties.map(({ reply }) => reply),
  ]
  const known = registered.some((uri) => new URL(uri).origin === origin)
  const given = next.is === 'form-post' ? next.form.fields : queryOf(to)
  if (known && (valuesOf(given, 'code').length > 0 || carriesResult(given))) {
    throw new Inconclusive('unreadable', 'the request was served and not refused, which is another question')
  }
  if (!dialect.documented && known) return undefined
  return `the user was led to ${origin} from ${urlOf(hop.request).split('?', 1)[0]}`
}

const urls = new Set(['href', 'src', 'action', 'formaction', 'data', 'xlink:href'])

/** What of a page was made of what was sent: an element, an attribute, a handler, or a URL that is a script. */
const markupIn = (html: string, mark: string): string | undefined => {
  if (!html.includes(mark)) return undefined
  for (const { name, attributes } of elementsOf(html)) {
    if (name.includes(mark)) return `an element <${name}>`
    for (const [key, value] of attributes) {
      if (key.includes(mark)) return `an attribute ${key} of <${name}>`
      if (!value.includes(mark)) continue
      if (key.startsWith('on')) return `a handler ${key} of <${name}>`
      if (urls.has(key) && /^(?:javascript|data|vbscript):/i.test(value.replaceAll(/[\s\p{Cc}]/gu, ''))) {
        return `a script in ${key} of <${name}>`
      }
    }
  }
  return undefined
}

const unescaped = (text: string) =>
  text
    .replaceAll(/&lt;/gi, '<')
    .replaceAll(/&gt;/gi, '>')
    .replaceAll(/&quot;|&#34;|&#x22;/gi, '"')
    .replaceAll(/&#39;|&#x27;|&apos;/gi, "'")
    .replaceAll(/&amp;/gi, '&')
