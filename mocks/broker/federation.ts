import type { HttpHandler } from 'msw'
import { http } from 'msw'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { decodeForm, encodeForm, queryOf, valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'
import type { Expiring } from '../expiring.ts'
import { expiring } from '../expiring.ts'
import { originalOf } from '../wire.ts'
import type { ErrorText } from './pages.ts'
import { errorPage, sendTo } from './pages.ts'
import type { PendingRequests } from './pending.ts'
import { pendingRequests } from './pending.ts'
import { answerMetadata } from './metadata.ts'
import { answerReply } from './reply.ts'
import type { Session, Sessions } from './sessions.ts'
import { noSessions } from './sessions.ts'
import { answerSignIn } from './sign-in.ts'
import { answerSignOut } from './sign-out.ts'
import type { SignInPolicies } from './sign-in-policies.ts'
import type { PendingSignIn, RefusedMessage, Row } from './sign-in-terms.ts'
import { eightHours } from './sign-in-terms.ts'
import type { Signing } from './signing.ts'
import type { Happening } from './store-policies.ts'
import { answerTrust } from './ws-trust.ts'

/** What the nodes of a broker share on its WS-Federation side. */
export type FederationState = {
  pending: PendingRequests<PendingSignIn>
  sessions: Sessions
  /** The upstream tokens that were accepted. */
  seen: Expiring<true>
  signing: Signing
  /** Hears what happens. */
  tells(happening: Happening): void
}

/** The surroundings of a node of the WS-Federation side. */
export type Federation = FederationState & {
  provision: Provision
  origin: string
  clock: Clock
  policies: SignInPolicies
  node: number
  /** Asks for a document by its URL. */
  get(url: string): Promise<string>
}

/** A message as the broker reads it: its parameters, and what the cookies of its browser speak of. */
export type Visit = {
  parameters: Pairs
  query: Pairs
  one(name: string): string | undefined
  /** The marks of the sign-ins that the browser has begun, and their states. */
  marks: string[]
  begun: string[]
  sessions: { id: string; session: Session }[]
}

/** State without sign-ins or sessions. */
export const newFederation = (
  clock: Clock,
  policies: SignInPolicies,
  signing: Signing,
  tells: FederationState['tells'],
): FederationState => ({
  pending: pendingRequests<PendingSignIn>(clock, policies),
  sessions: noSessions(clock),
  seen: expiring(clock, 2 * eightHours),
  signing,
  tells,
})

/**
 * The handlers of a node for sign-in, sign-out, the answers of the identity provider and the metadata, and for a request
 * that fails on purpose.
 *
 * @see TRUST: Authentication; OpenID Connect; Security Token Service
 */
export const federationHandlers = (federation: Federation): HttpHandler[] => {
  const { provision, origin } = federation
  const refusing = (answer: (visit: Visit) => Promise<Response | RefusedMessage> | Response | RefusedMessage) =>
    async ({ request }: { request: Request }): Promise<Response> => {
      const answered = await answer(visitOf(request, federation))
      return answered instanceof Response ? answered : refuse(answered, federation)
    } // prettier-ignore

  const passive = (visit: Visit) => {
    const message = federation.policies.reads(visit.parameters, visit.query)
    if (message.is === 'sign-in-request') return answerSignIn(message, visit, federation)
    if (message.is === 'sign-out-request' || message.is === 'clean-up-request')
      return answerSignOut(message, visit, federation)
    return { row: 'not-ws-federation' } as const
  }

  return [
    http.get(`${origin}/wsfed`, refusing(passive)),
    http.post(`${origin}/wsfed`, refusing(passive)),
    http.post(
      provision.application.reply,
      refusing((visit) => answerReply(visit, federation)),
    ),
    http.get(
      provision.application.reply,
      refusing(() => ({ row: 'not-ws-federation' })),
    ),
    http.post(`${origin}/trust`, ({ request }) => answerTrust(request, federation)),
    http.get(
      `${origin}/federationmetadata/2007-06/federationmetadata.xml`,
      refusing(() => answerMetadata(federation)),
    ),
    http.get(`${origin}/:tenant/federationmetadata/2007-06/federationmetadata.xml`, ({ request, params }) =>
      refusing(() => answerMetadata(federation, String(params['tenant'])))({ request }),
    ),
    http.get(
      `${origin}/control/fail`,
      refusing(() => ({ row: 'unhandled' })),
    ),
  ]
}

/** The page of a refusal, as `/error` shows it; `undefined` where the query names none. */
export const shownRefusal = (query: Pairs, { policies }: Pick<Federation, 'policies'>): Response | undefined => {
  const [row, realm, because] = ['is', 'realm', 'because'].map((name) => valuesOf(query, name)[0])
  if (!isRow(row)) return undefined
  const shown = policies.show(row)
  const told = {
    ...(realm !== undefined && { realm }),
    ...(because !== undefined && /^[\w-]{1,40}$/.test(because) && { because }),
  }
  return errorPage(rowText(row, told, policies), 'status' in shown ? shown : { status: 400 })
}

const refuse = (refused: RefusedMessage, { policies, origin }: Federation): Response => {
  const shown = policies.show(refused.row)
  if ('sentTo' in shown) return sendTo(shown.sentTo)
  if (!shown.behindRedirect) return errorPage(rowText(refused.row, refused, policies), shown)
  const { row, ...told } = refused
  return sendTo(`${origin}/error?${encodeForm([['is', row], ...Object.entries(told)])}`)
}

const rowText = (row: Row, told: Omit<RefusedMessage, 'row'>, policies: SignInPolicies): ErrorText => ({
  text: policies.marksUp(policies.wording(row, told)),
  numbers: policies.numbers(row, told),
})

const rows: Record<Row, true> = {
  unhandled: true,
  'not-ws-federation': true,
  'sign-in-request': true,
  'sign-in-response': true,
  'sign-out-request': true,
  metadata: true,
  'unknown-realm': true,
}
const isRow = (text: string | undefined): text is Row => text !== undefined && Object.hasOwn(rows, text)

const visitOf = (request: Request, { sessions }: Federation): Visit => {
  const original = originalOf(request)
  const query = queryOf(original.rawPath)
  const parameters = original.method === 'POST' ? decodeForm(textOf(original)) : query
  const cookies = (headerOf(original.headers, 'cookie') ?? '').split(';').map((one) => one.trim())
  const valuesAfter = (start: string) =>
    cookies.filter((one) => one.startsWith(start)).map((one) => one.slice(one.indexOf('=') + 1))
  return {
    parameters,
    query,
    one: (name) => valuesOf(parameters, name)[0],
    marks: valuesAfter('signin-'),
    begun: cookies.flatMap((one) => /^signin-([^=]+)=/.exec(one)?.slice(1) ?? []),
    sessions: valuesAfter('session-').flatMap((id) => sessions.find([id]).map((session) => ({ id, session }))),
  }
}
