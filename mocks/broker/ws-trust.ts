import { HttpResponse } from 'msw'
import { textOf } from '../../protocols/wire.ts'
import { writeAnswer, writeFaultAnswer } from '../../protocols/ws-trust/answer.ts'
import { trustDialects } from '../../protocols/ws-trust/dialect.ts'
import type { Fault } from '../../protocols/ws-trust/fault.ts'
import type { TokenRequest } from '../../protocols/ws-trust/request.ts'
import { documentOf } from '../../protocols/xml/write.ts'
import { originalOf } from '../wire.ts'
import type { Federation } from './federation.ts'
import { tokenFor } from './issue-token.ts'
import { admit } from './reply.ts'
import type { Session } from './sessions.ts'
import type { BrokerParty } from './sign-in-terms.ts'
import { skew } from './sign-in-terms.ts'
import type { Judged } from './upstream-token.ts'
import { judgeAssertion } from './upstream-token.ts'

const soap = 'application/soap+xml; charset=utf-8'
const believed = 300_000

/**
 * Answers a token request in either edition of WS-Trust: an assertion of the identity provider of a party's tenant is exchanged
 * for the token that WS-Federation would have brought. Faults come with status 500.
 *
 * @see WS-Trust 1.3 section 4; TRUST: Why use a RP-STS for SSO when AAD already has an STS?
 */
export const answerTrust = async (message: Request, federation: Federation): Promise<Response> => {
  if (!/^application\/soap\+xml *(;|$)/i.test(message.headers.get('content-type') ?? ''))
    return new HttpResponse(null, { status: 415 })
  const { policies, provision, clock } = federation
  const read = policies.readsTokenRequest(textOf(originalOf(message)))
  if (read.is === 'refused') return fault('InvalidRequest', read.detail, undefined)
  const { request } = read
  const unserved = whyNot(request, federation)
  if (unserved !== undefined) return fault('InvalidRequest', unserved, request)

  const party = policies.findAppliesTo(provision.parties, request.appliesTo)
  if (party === undefined)
    return fault('InvalidScope', policies.wording('unknown-realm', { realm: request.appliesTo }), request)
  const judged = judge(request, party, federation)
  if ('because' in judged)
    return fault('InvalidSecurityToken', policies.wording('sign-in-request', { because: judged.because }), request)

  const now = clock.now()
  const { proved, issuedBy: tenant } = judged
  const session: Session = { tenant, proved, begun: now, authenticated: proved.at ?? now, parties: new Set() }
  const asked = { party, upstream: 'wsfed' } as const
  const issued = await tokenFor(asked, session, federation, (assertion) => policies.overTrust(assertion, request))
  if (issued === undefined) return fault('RequestFailed', policies.wording('unhandled', {}), request)
  const response = { ...issued.response, dialect: request.dialect, collection: request.dialect === '1.3' }
  const timestamp = { created: now, expires: now + believed }
  return answered(200, writeAnswer(response, issued.token, { ...relation(request), timestamp }))
}

/** Why a request is not served, whoever sends it. */
const whyNot = ({ to, timestamp, keyType, dialect }: TokenRequest, { origin, clock }: Federation) => {
  const now = clock.now()
  if (to !== `${origin}/trust`) return 'The message is addressed to another endpoint.'
  if (timestamp && (timestamp.created - skew * 1000 > now || timestamp.expires + skew * 1000 <= now))
    return 'The message is not of now.'
  return [undefined, trustDialects[dialect].keyType].includes(keyType) ? undefined : 'The key type is not supported.'
}

/** What the token of a request proves. Names and passwords are for the identity provider. */
const judge = ({ credential }: TokenRequest, party: BrokerParty, federation: Federation): Judged => {
  const { policies, provision, clock } = federation
  if (credential.is !== 'token') return { because: 'no-token' }
  const tenant = provision.tenants.find(({ id }) => id === party.tenant)
  if (tenant === undefined || !policies.acceptsKind(tenant.upstream, 'wsfed')) return { because: 'other-protocol' }
  const judged = judgeAssertion(documentOf(credential.token), { tenant }, { provision, policies, now: clock.now() })
  return 'because' in judged ? judged : admit(judged, { party, request: {} }, federation)
}

const relation = (request: TokenRequest | undefined) =>
  request?.messageId === undefined ? {} : { relatesTo: request.messageId }

const answered = (status: number, text: string) =>
  new HttpResponse(text, { status, headers: { 'content-type': soap, 'cache-control': 'no-store' } })

const fault = (name: string, reason: string, request: TokenRequest | undefined) => {
  const { namespace } = trustDialects[request?.dialect ?? '1.3']
  const told: Fault = { code: 'Sender', subcode: { namespace, name }, reason }
  return answered(500, writeFaultAnswer(told, relation(request)))
}
