import { HttpResponse, http } from 'msw'
import type { User } from '../../../fixtures/world/shapes.ts'
import type { SamlVersion } from '../../../protocols/saml/assertion.ts'
import { tokenTypes } from '../../../protocols/saml/assertion.ts'
import { writeAnswer, writeFaultAnswer } from '../../../protocols/ws-trust/answer.ts'
import { trustDialects } from '../../../protocols/ws-trust/dialect.ts'
import type { Fault } from '../../../protocols/ws-trust/fault.ts'
import type { TokenRequest } from '../../../protocols/ws-trust/request.ts'
import { readTokenRequest } from '../../../protocols/ws-trust/request.ts'
import { namespaces } from '../../../protocols/xml/namespaces.ts'
import type { Adfs, Trusting } from './state.ts'
import { endpointsOf, userOf } from './state.ts'
import { issueToken } from './token.ts'

type Asked = {
  adfs: Adfs
  request: TokenRequest
  user: User | undefined
  party: Trusting | undefined
  version: SamlVersion | undefined
}
type Rule = Fault & { unless: (asked: Asked) => boolean }

const minute = 60_000
const skew = 5 * minute
const soap = 'application/soap+xml; charset=utf-8'
const trust = (name: string) => ({ namespace: namespaces.trust13, name })
const insecure = { namespace: namespaces.security, name: 'InvalidSecurity' }

const isCurrent = ({ adfs: { clock }, request: { timestamp } }: Asked): boolean =>
  timestamp === undefined || (timestamp.created - skew <= clock.now() && clock.now() < timestamp.expires + skew)

/** In order. Only the text of the refused password is documented; the other faults are those of WS-Trust and its ground. */
// oxfmt-ignore
const rules: readonly Rule[] = [
  { code: 'Sender', subcode: trust('InvalidRequest'), reason: 'The request is not one of WS-Trust 1.3.', unless: ({ request }) => request.dialect === '1.3' },
  { code: 'Sender', subcode: { namespace: namespaces.addressing, name: 'DestinationUnreachable' }, reason: 'The message is addressed to another endpoint.', unless: ({ adfs, request }) => request.to === endpointsOf(adfs).userNameMixed },
  { code: 'Sender', subcode: insecure, reason: 'An error occurred when verifying security for the message.', unless: (asked) => isCurrent(asked) && asked.request.credential.is === 'password' },
  { code: 'Sender', subcode: trust('FailedAuthentication'), reason: 'ID3242: The security token could not be authenticated or authorized.', unless: ({ user }) => user !== undefined },
  { code: 'Sender', subcode: trust('InvalidScope'), reason: 'The relying party is not known.', unless: ({ party }) => party !== undefined },
  { code: 'Sender', subcode: trust('RequestFailed'), reason: 'The token type is not supported.', unless: ({ version }) => version !== undefined },
  { code: 'Sender', subcode: trust('RequestFailed'), reason: 'The key type is not supported.', unless: ({ request: { keyType } }) => [undefined, trustDialects['1.3'].keyType].includes(keyType) },
]

/**
 * `POST /adfs/services/trust/13/usernamemixed`: a token for name and password. Without a token type it is SAML 1.1. Faults
 * come with status 500.
 *
 * @see WS-Trust 1.3 section 4; SOAP 1.2 part 2 section 7.5.2
 */
export const userNameMixed = (adfs: Adfs) =>
  http.post(endpointsOf(adfs).userNameMixed, async ({ request }) => {
    if (!/^application\/soap\+xml *(;|$)/i.test(request.headers.get('content-type') ?? ''))
      return new HttpResponse(null, { status: 415 })
    const read = readTokenRequest(await request.text())
    if (read.is === 'refused') return fault({ code: 'Sender', subcode: trust('InvalidRequest'), reason: read.detail })

    const asked = askedOf(adfs, read.request)
    const { messageId: relatesTo } = read.request
    const { user, party, version } = asked
    const broken = rules.find(({ unless }) => !unless(asked))
    if (broken || user === undefined || party === undefined || version === undefined)
      return fault(broken ?? { code: 'Receiver', reason: '' }, relatesTo)

    const now = adfs.clock.now()
    const { token, about } = await issueToken(adfs, { party, user, version, since: now })
    const headers = { ...(relatesTo !== undefined && { relatesTo }), timestamp: { created: now, expires: now + skew } }
    return answered(200, writeAnswer({ dialect: '1.3', collection: true, ...about }, token, headers))
  })

const versions: readonly (readonly [string, SamlVersion])[] = [
  [tokenTypes['1.1'], '1.1'],
  [tokenTypes['2.0'], '2.0'],
  ['http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1', '1.1'],
  ['http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0', '2.0'],
]

const askedOf = (adfs: Adfs, request: TokenRequest): Asked => {
  const { credential, appliesTo, tokenType = tokenTypes['1.1'] } = request
  return {
    adfs,
    request,
    user: credential.is === 'password' ? userOf(adfs, credential.username, credential.password) : undefined,
    party: adfs.parties.find(({ realm }) => realm === appliesTo),
    version: versions.find(([uri]) => uri === tokenType)?.[1],
  }
}

const answered = (status: number, text: string) =>
  new HttpResponse(text, { status, headers: { 'content-type': soap, 'cache-control': 'no-store' } })

const fault = (given: Fault, relatesTo?: string) =>
  answered(500, writeFaultAnswer(given, relatesTo === undefined ? {} : { relatesTo }))
