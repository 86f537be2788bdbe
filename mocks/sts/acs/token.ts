import { HttpResponse, http } from 'msw'
import { refusalOf } from '../../idp/entra/guard.ts'
import type { Refusal } from './errors.ts'
import { saidTo } from '../lifetimes.ts'
import { refuse } from './errors.ts'
import type { Granted } from './mint.ts'
import { mintAccess } from './mint.ts'
import { redeemCode } from './redeem-code.ts'
import { renew } from './renew.ts'
import type { Acs } from './state.ts'
import { acsMisbehaves, lifetimesIn, tenantOfRealm } from './state.ts'
import type { Authenticated, Decision, TokenRequest } from './token-request.ts'
import { clientOf, tokenGuards } from './token-request.ts'

const grants = new Map<string, (request: Authenticated) => Decision>([
  ['authorization_code', redeemCode],
  ['refresh_token', renew],
  ['client_credentials', () => ({ user: undefined, refreshToken: undefined })],
])

const unsupported: Refusal = {
  error: 'unsupported_grant_type',
  acs: 90004,
  aadsts: 70003,
  says: 'The request is not properly formatted.',
}

/**
 * `POST /{realm}/tokens/OAuth/2`: sells tokens for SharePoint for codes, refresh tokens and client secrets. Clients are
 * named `{id}@{realm}`, resources by {@link sharePointResourceOf}; both are compared byte for byte.
 *
 * @see SharePoint documentation, handling security tokens in low-trust add-ins; RFC 6749 sections 4.1.3, 4.4 and 6
 */
export const token = (acs: Acs) =>
  http.all(`${acs.entra.origin}/:realm/tokens/OAuth/2`, async ({ request, params }) => {
    const { method } = request
    const form = new URLSearchParams(method === 'POST' ? await request.text() : '')
    const tenant = tenantOfRealm(acs, params['realm'])
    if (acsMisbehaves(acs, tenant, 'sts.fails')) return broken()

    const asked: TokenRequest = { acs, method, tenant, form, client: clientOf(acs, tenant, form) }
    const decision = decide(asked)
    if (acsMisbehaves(acs, tenant, 'sts.loses-answers')) return HttpResponse.error()
    if (tenant && acsMisbehaves(acs, tenant, 'sts.answers-late')) await acs.entra.held.hold(tenant.id)
    return 'error' in decision
      ? refuse(acs, decision)
      : HttpResponse.json(await answerOf(acs, decision), {
          headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
        })
  })

type Sold = Granted & { refreshToken: string | undefined }

const decide = (asked: TokenRequest): Refusal | Sold => {
  const refusal = refusalOf(tokenGuards, asked)
  const { acs, tenant, client, form } = asked
  if (refusal || tenant === undefined || client === undefined) return refusal ?? unsupported
  const decision = grants.get(form.get('grant_type') ?? '')?.({ ...asked, tenant, client }) ?? unsupported
  if ('error' in decision) return decision
  const omits = acsMisbehaves(acs, tenant, 'sts.omits-refresh-token')
  const refreshToken = omits ? undefined : decision.refreshToken
  return { user: decision.user, tenant, client, resource: form.get('resource') ?? '', refreshToken }
}

/** Strings throughout, but for what a tenant was told to say; times are seconds. */
const answerOf = async (acs: Acs, sold: Sold): Promise<Record<string, unknown>> => {
  const now = Math.floor(acs.entra.clock.now() / 1000)
  const seconds = Math.floor(lifetimesIn(acs, sold.tenant).access / 1000)
  return {
    token_type: 'Bearer',
    ...saidTo(acs.entra, sold.tenant, 'expires_in', String(seconds)),
    not_before: String(now),
    ...saidTo(acs.entra, sold.tenant, 'expires_on', String(now + seconds)),
    resource: sold.resource,
    access_token: await mintAccess(acs, sold),
    ...(sold.refreshToken !== undefined && { refresh_token: sold.refreshToken }),
  }
}

const broken = () => HttpResponse.html('<html><body><h1>Internal Server Error</h1></body></html>', { status: 500 })
