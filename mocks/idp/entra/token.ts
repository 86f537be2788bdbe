import { HttpResponse, http } from 'msw'
import { grantAppOnly } from './app-only.ts'
import { directoryOf, misbehaves } from './directory.ts'
import { refuse } from './errors.ts'
import { stsMisbehaves } from './for-sharepoint.ts'
import { refusalOf } from './guard.ts'
import { redeemCode } from './redeem-code.ts'
import { renew } from './renew.ts'
import type { Entra, Version } from './state.ts'
import { tokenAnswer } from './token-answer.ts'
import type { Authenticated, Decision, TokenRequest } from './token-request.ts'
import { credentialsOf, tokenGuards } from './token-request.ts'

const grants = new Map<string, (request: Authenticated) => Decision>([
  ['authorization_code', redeemCode],
  ['refresh_token', renew],
  ['client_credentials', grantAppOnly],
])

const unsupported: Decision = {
  error: 'unsupported_grant_type',
  code: 70003,
  says: 'The app requested an unsupported grant type.',
}

/**
 * `POST /{tenant}/oauth2/token` and `/{tenant}/oauth2/v2.0/token`: sells tokens for codes, refresh tokens and client
 * secrets. Whatever is wrong is answered as JSON with an AADSTS code, a wrong verb too.
 *
 * @see RFC 6749 sections 4.1.3, 4.4 and 6
 */
export const token = (entra: Entra, version: Version) =>
  http.all(`${entra.origin}/:tenant/oauth2/${version === 1 ? '' : 'v2.0/'}token`, async ({ request, params }) => {
    const { method, headers } = request
    const form = new URLSearchParams(method === 'POST' ? await request.text() : '')
    const credentials = credentialsOf(form, headers.get('authorization'))
    const client = entra.clients.find(({ id }) => id === credentials.id)
    const directory = directoryOf(entra, params['tenant'])
    const asked: TokenRequest = { entra, version, method, directory, form, credentials, client }
    if (misbehaves(entra, directory?.tenant?.id ?? client?.tenant, 'idp.token-endpoint-fails')) return broken()
    const tenant = directory?.tenant
    if (stsMisbehaves(entra, tenant, client, 'sts.fails')) return broken()

    const decision = decide(asked)
    if (stsMisbehaves(entra, tenant, client, 'sts.loses-answers')) return HttpResponse.error()
    if (tenant && stsMisbehaves(entra, tenant, client, 'sts.answers-late')) await entra.held.hold(tenant.id)
    return 'code' in decision
      ? refuse(entra, decision, form.get('client-request-id') ?? headers.get('client-request-id') ?? '')
      : HttpResponse.json(await tokenAnswer(entra, version, decision, form.get('client_info') === '1'), {
          headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
        })
  })

const decide = (asked: TokenRequest): Decision => {
  const refusal = refusalOf(tokenGuards, asked)
  const { directory, client } = asked
  if (refusal || directory === undefined || client === undefined) return refusal ?? unsupported
  const grant = grants.get(asked.form.get('grant_type') ?? '')
  const decision = grant === undefined ? unsupported : grant({ ...asked, directory, client })
  const omits = stsMisbehaves(asked.entra, directory.tenant, client, 'sts.omits-refresh-token')
  return 'code' in decision || !omits ? decision : { ...decision, refreshToken: undefined }
}

const broken = () => HttpResponse.html('<html><body><h1>Internal Server Error</h1></body></html>', { status: 500 })
