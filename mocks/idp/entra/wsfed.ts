import { HttpResponse, http } from 'msw'
import { decodeForm, queryOf } from '../../../protocols/form.ts'
import type { Message } from '../../../protocols/ws-federation/read-message.ts'
import { readMessage } from '../../../protocols/ws-federation/read-message.ts'
import type { SignInRequest } from '../../../protocols/ws-federation/request.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { userWithoutPage } from './authorize.ts'
import type { Directory } from './directory.ts'
import { directoryOf, isKnownIn, isRegistered, misbehaves } from './directory.ts'
import type { Refusal } from './guard.ts'
import { describe, refusalOf } from './guard.ts'
import { askToSignIn } from './home.ts'
import { errorPage, signedOutPage } from './pages.ts'
import { proceed } from './proceed.ts'
import { endSession, sessionCookie } from './session.ts'
import type { Entra, PassiveSignIn } from './state.ts'

type Asked = { entra: Entra; directory: Directory | undefined; message: Message; request: SignInRequest }
type Rule = Pick<Refusal, 'code' | 'says'> & { unless: (asked: Asked) => boolean }

const applicationIn = ({ clients, application }: Entra) => clients.find(({ id }) => id === application.id)

const isKnown = ({ entra, directory, request }: Asked): boolean => {
  const client = applicationIn(entra)
  return (
    request.realm === entra.application.realm &&
    client !== undefined &&
    directory !== undefined &&
    isKnownIn(entra, directory, client) &&
    !misbehaves(entra, directory.tenant?.id, 'idp.awaits-consent')
  )
}

/** In order; each is told on a page of its own, and the browser is sent nowhere. */
// oxfmt-ignore
const rules: readonly Rule[] = [
  { code: 90002, says: 'Tenant not found.', unless: ({ directory }) => directory !== undefined },
  { code: 90081, says: 'The WS-Federation message is invalid.', unless: ({ message }) => message.is !== 'none' && message.is !== 'sign-in-response' },
  { code: 90081, says: 'The WS-Federation message is invalid: it names no wtrealm.', unless: ({ message, request }) => message.is !== 'sign-in-request' || request.realm !== undefined },
  { code: 700016, says: 'Application was not found in the directory.', unless: (asked) => asked.message.is !== 'sign-in-request' || isKnown(asked) },
  { code: 50011, says: 'The reply URL specified in the request does not match the reply URLs configured for the application.', unless: ({ entra, message, request }) => message.is !== 'sign-in-request' || [undefined, entra.application.reply].includes(request.reply) },
]

/**
 * `GET` or `POST` `/{tenant}/wsfed`: shows the sign-in page, or answers at once for who is signed in already; a sign-out or
 * a clean-up ends the session. Realm and reply URL are compared byte for byte; a request without `wreply` is answered at
 * the registered one. `wfresh` is the age in minutes beyond which a session does not count, so that 0 always shows the
 * page. `wauth` and `wct` are passed over.
 *
 * @see WS-Federation 1.2 section 13; MS-MWBF section 2.2.1
 */
export const wsfed = (entra: Entra) => {
  const path = `${entra.origin}/:tenant/wsfed`
  const resolve: Parameters<typeof http.get>[1] = async ({ request, params, cookies }) => {
    const pairs = request.method === 'POST' ? decodeForm(await request.text()) : queryOf(request.url)
    const message = readMessage(pairs)
    const directory = directoryOf(entra, params['tenant'])
    const asked: Asked = { entra, directory, message, request: 'request' in message ? message.request : {} }

    const broken = refusalOf(rules, asked)
    if (broken || directory === undefined) return errorPage(broken ? describe(broken) : '')
    const session = cookies[sessionCookie]
    return message.is === 'sign-in-request'
      ? signIn(asked, directory, session, pairs)
      : endSession(entra, session, signedOut(asked))
  }
  return [http.get(path, resolve), http.post(path, resolve)]
}

const signIn = ({ entra, request }: Asked, directory: Directory, cookie: string | undefined, pairs: Pairs) => {
  const client = applicationIn(entra)
  if (client === undefined) throw new TypeError('the application is no client')
  const hint = pairs.find(([name]) => name === 'login_hint')?.[1] ?? ''
  const user = userWithoutPage(entra, directory, cookie, hint)
  const session = entra.sessions.look(cookie ?? '')
  const since = session?.user === user ? session?.since : undefined
  const opened: PassiveSignIn = {
    endpoint: 'wsfed',
    tenant: directory.tenant,
    client,
    context: request.context,
    authenticatedAt: since,
    scopes: [],
    consent: undefined,
  }
  if (user !== undefined && (user === entra.auto || isFresh(entra, request, since))) return proceed(entra, opened, user)
  return askToSignIn(
    entra,
    { ...opened, authenticatedAt: undefined },
    { hint, domain: request.homeRealm, freshness: request.freshness },
  )
}

const isFresh = ({ clock }: Entra, { freshness }: SignInRequest, since = -Infinity): boolean =>
  freshness === undefined || (freshness > 0 && clock.now() - since <= freshness * 60_000)

const signedOut = ({ entra, request: { reply = '' } }: Asked): Response =>
  isRegistered(entra, reply)
    ? new HttpResponse(null, { status: 302, headers: { location: reply, 'cache-control': 'no-store' } })
    : signedOutPage()
