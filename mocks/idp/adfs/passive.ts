import { HttpResponse, http } from 'msw'
import { randomUUID } from 'node:crypto'
import type { User } from '../../../fixtures/world/shapes.ts'
import { decodeForm, encodeForm, queryOf, valuesOf } from '../../../protocols/form.ts'
import type { Message } from '../../../protocols/ws-federation/read-message.ts'
import { readMessage } from '../../../protocols/ws-federation/read-message.ts'
import type { SignInRequest } from '../../../protocols/ws-federation/request.ts'
import { responseFields, signInQuery } from '../../../protocols/ws-federation/request.ts'
import { writeResult } from '../../../protocols/ws-federation/result.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { formPost } from '../form-post.ts'
import { errorPage, signInPage, signedOutPage } from './pages.ts'
import type { Adfs, Trusting } from './state.ts'
import { userOf } from './state.ts'
import { issueToken } from './token.ts'

/** The cookie of a farm's single sign-on session. */
export const sessionCookie = 'MSISAuth'

type Asked = { adfs: Adfs; message: Message; request: SignInRequest; party: Trusting | undefined }
type Rule = { says: string; unless: (asked: Asked) => boolean }

const attributes = 'Path=/adfs; Secure; HttpOnly; SameSite=None'
const wrong = 'Incorrect user ID or password. Type the correct user ID and password, and try again.'
const asks = ({ message }: Asked) => message.is === 'sign-in-request'

/** In order; each is told on a page, and the browser is sent nowhere. The MSIS numbers stand in no document here. */
// oxfmt-ignore
const rules: readonly Rule[] = [
  { says: 'MSIS7001: The passive protocol context was not found or not valid.', unless: ({ message }) => message.is !== 'none' && message.is !== 'sign-in-response' },
  { says: 'MSIS7007: The requested relying party trust is unspecified or unsupported.', unless: (asked) => !asks(asked) || asked.party !== undefined },
  { says: 'MSIS3126: The reply address is not one of the relying party trust.', unless: (asked) => !asks(asked) || [undefined, asked.party?.reply].includes(asked.request.reply) },
]

/**
 * `GET` or `POST` `/adfs/ls/`: WS-Federation with a sign-in page. The page posts name and password to the address of the
 * request, so that nothing is remembered in between. Realms and reply URLs are compared byte for byte; tokens are SAML 1.1.
 *
 * @see MS-MWBF section 2.2
 */
export const passive = (adfs: Adfs) => {
  const resolve: Parameters<typeof http.get>[1] = async ({ request, cookies }) => {
    const query = queryOf(request.url)
    const form = request.method === 'POST' ? decodeForm(await request.text()) : []
    const message = readMessage(query.some(([name]) => name === 'wa') ? query : form)
    const wanted = 'request' in message ? message.request : {}
    const party = adfs.parties.find(({ realm }) => realm === wanted.realm)
    const asked: Asked = { adfs, message, request: wanted, party }

    const broken = rules.find(({ unless }) => !unless(asked))
    if (broken) return errorPage(broken.says)
    const cookie = cookies[sessionCookie] ?? ''
    return party && message.is === 'sign-in-request'
      ? signIn(adfs, party, wanted, { cookie, form, hint: valuesOf(query, 'username')[0] ?? '' })
      : signOut(adfs, wanted, cookie)
  }
  return [http.get(`${adfs.origin}/adfs/ls`, resolve), http.post(`${adfs.origin}/adfs/ls`, resolve)]
}

type Brought = { cookie: string; form: Pairs; hint: string }

const signIn = async (adfs: Adfs, party: Trusting, request: SignInRequest, { cookie, form, hint }: Brought) => {
  const action = `/adfs/ls/?${encodeForm(signInQuery(request))}`
  const [name] = valuesOf(form, 'UserName')
  if (name !== undefined) {
    const user = userOf(adfs, name, valuesOf(form, 'Password')[0] ?? '')
    if (user === undefined) return signInPage(action, { hint: name, message: wrong })
    const value = randomUUID()
    adfs.sessions.put(value, { user, since: adfs.clock.now() })
    const response = await answer(adfs, party, request, user, adfs.clock.now())
    response.headers.append('set-cookie', `${sessionCookie}=${value}; ${attributes}`)
    return response
  }
  const session = adfs.sessions.look(cookie)
  return session && isFresh(adfs, request, session.since)
    ? answer(adfs, party, request, session.user, session.since)
    : signInPage(action, { hint })
}

const isFresh = ({ clock }: Adfs, { freshness }: SignInRequest, since: number): boolean =>
  freshness === undefined || (freshness > 0 && clock.now() - since <= freshness * 60_000)

const answer = async (adfs: Adfs, party: Trusting, { context }: SignInRequest, user: User, since: number) => {
  const { token, about } = await issueToken(adfs, { party, user, version: '1.1', since })
  const result = writeResult({ dialect: '2005/02', collection: false, ...about }, token)
  return formPost(party.reply, responseFields(result, context))
}

const signOut = (adfs: Adfs, { reply = '' }: SignInRequest, cookie: string): Response => {
  adfs.sessions.take(cookie)
  const response: Response = adfs.parties.some((party) => party.reply === reply)
    ? new HttpResponse(null, { status: 302, headers: { location: reply, 'cache-control': 'no-store' } })
    : signedOutPage()
  response.headers.append('set-cookie', `${sessionCookie}=; ${attributes}; Max-Age=0`)
  return response
}
