import type { Wire, WireRequest, WireResponse } from '../protocols/wire.ts'
import { textOf, textResponse } from '../protocols/wire.ts'
import { sharePointResourceOf } from '../protocols/acs/names.ts'
import { appOnlyForm } from './broker/app-only.ts'
import { honestAppOnly } from './broker/app-only-policies.ts'
import { page } from './html.ts'
import type { LawfulVariant } from './lawful-variants.ts'

const under = ['k2trust'] as const
const concerns = 'app-only'

/** A broker whose answers to requests for app-only tokens are changed on their way out. */
const answering =
  (change: (response: WireResponse, request: WireRequest) => WireResponse) =>
  (broker: Wire): Wire =>
  async (request, signal) => {
    const response = await broker(request, signal)
    return request.rawPath === appOnlyForm.path ? change(response, request) : response
  }

const refusing = (instead: (response: WireResponse) => WireResponse) =>
  answering((response) => (response.status === 200 ? response : instead(response)))

const refusingWith = (status: number) =>
  ({
    does: `refuses app-only tokens with status ${status}`,
    under,
    concerns,
    around: refusing((response) => ({ ...response, status })),
  }) as const

/** A broker that hands each client the first app-only token again, to whoever may have one. */
const keeping = (broker: Wire): Wire => {
  const kept = new Map<string, WireResponse>()
  return answering((response, request) => {
    if (response.status !== 200) return response
    const first = kept.get(textOf(request)) ?? response
    kept.set(textOf(request), first)
    return first
  })(broker)
}

const withSkew = (seconds: number) => ({
  isCurrent: ({ nbf, exp }: Readonly<Record<string, unknown>>, now: number) =>
    Number(nbf) - seconds <= now / 1000 && now / 1000 < Number(exp) + seconds,
})

/** What a broker is free to do where it is asked for app-only tokens. */
export const appOnlyVariants = {
  'refuses-app-only-with-200': refusingWith(200),
  'refuses-app-only-with-401': refusingWith(401),
  'refuses-app-only-with-403': refusingWith(403),
  'refuses-app-only-with-500': refusingWith(500),
  'refuses-app-only-on-a-page': {
    does: 'refuses app-only tokens on a page, without a reason',
    under,
    concerns,
    around: refusing(({ status }) =>
      textResponse(status, page('Error', '<h1>Error</h1>'), [['content-type', 'text/html; charset=utf-8']]),
    ),
  },
  'keeps-app-only-tokens': {
    does: 'hands a client the app-only token again that it has got for it',
    under,
    concerns,
    around: keeping,
  },
  'answers-app-only-with-less': {
    does: 'hands out the app-only token with its type alone',
    under,
    appOnly: {
      handsOut: ({ access_token: token }) => ({ token_type: 'Bearer', access_token: token }),
    },
  },
  'allows-user-tokens-ten-minutes': {
    does: 'allows clocks that differ by ten minutes',
    under,
    appOnly: withSkew(600),
  },
  'allows-user-tokens-no-skew': { does: 'allows no difference of clocks', under, appOnly: withSkew(0) },
  'takes-user-tokens-for-its-site-alone': {
    does: "takes a user token for the client's own SharePoint alone, as Azure ACS names it",
    under,
    appOnly: {
      acceptsAudience: (audience, { resource, tenant }) => audience === sharePointResourceOf(resource, tenant),
    },
  },
  'takes-user-tokens-for-any-api': {
    does: 'does not ask which API a user token is for',
    under,
    appOnly: { acceptsAudience: () => true },
    advised: ['app-only.valid-token.audience'],
  },
  'asks-for-tokens-of-its-own-beside-app-only': {
    does: 'asks the token endpoint for a token of its own application beside each request for an app-only token, and waits for none',
    under,
    appOnly: {
      asksBeside: (_, resource, { application: { id, secret } }) => [
        [['grant_type', 'client_credentials'], ['client_id', id], ['client_secret', secret], ['resource', resource]], // prettier-ignore
      ],
    },
  },
  'leaves-resource-to-token-service': {
    does: 'leaves it to Azure ACS to refuse what is not SharePoint',
    under,
    appOnly: { servesResource: (_, { tokenService }) => tokenService === 'acs' },
    advised: ['app-only.sharepoint-only.grant'],
  },
  'asks-for-sharepoint-whatever-is-named': {
    does: 'asks for an app-only token for SharePoint, whatever resource is named',
    under,
    appOnly: {
      servesResource: (_, { tokenService }) => tokenService === 'acs',
      grant: (client, _, clients) => honestAppOnly.grant(client, client.resource, clients),
    },
  },
} as const satisfies Record<string, LawfulVariant>
