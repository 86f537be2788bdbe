import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { urlOf } from '../../../protocols/wire.ts'
import { refusalSeen } from './judgement.ts'
import type { Redeemed } from './request.ts'
import { byCode, firstOf, handedBy, redeemsWith, registeredRedeems, shareOf, told, waysOf } from './request.ts'

/** Token endpoints as a caller may name them: all answer at the mock provider, where each contact is seen. */
const endpointsOf = (context: Context) => {
  const { at: { idp }, slice: { tag, tenants } } = context // prettier-ignore
  const { client } = firstOf(context)
  const others = tenants.filter(({ id }) => id !== client.tenant)
  const own = `${idp}/${client.tenant}/oauth2/token`
  const examples = [
    `${idp}/collect/${tag}`,
    ...others.map(({ id }) => `${idp}/${id}/oauth2/token`),
    ...others.map(({ domain }) => `${idp}/${domain}/oauth2/v2.0/token`),
  ]
  const many: Record<string, fc.Arbitrary<string>> = {
    paths: fc.array(label, { minLength: 1, maxLength: 4 }).map((words) => `${idp}/${words.join('/')}/${tag}`),
    tenants: fc
      .tuple(fc.constantFrom(...others), label)
      .map(([{ id }, word]) => `${idp}/${id}/oauth2/token?${word}=${tag}`),
    longer: label.map((word) => `${own}/${word}-${tag}`),
    queries: label.map((word) => `${own}?${word}=${tag}`),
    encoded: label.map((word) => `${idp}/${client.tenant}/oauth2/token%2f..%2f${word}-${tag}`),
  }
  return { examples, many }
}

/**
 * Whether a request comes of what the caller named: it goes there or behind it, or there without the query where that is not the
 * client's own place, or has the tag of the slice in its path, of which only the domains of its tenants have it rightly.
 */
const comesOf = ({ request }: Exchange, given: string, context: Context): boolean => {
  const { tag, tenants } = context.slice
  const { client } = firstOf(context)
  const [url, path] = [urlOf(request), pathOf(request.rawPath)]
  const own = tenants.flatMap(({ id, domain }) => (id === client.tenant ? [`/${id}/`, `/${domain}/`] : []))
  const named = new URL(given)
  if ([given, named.href].some((place) => url.startsWith(place))) return true
  if (path === named.pathname && own.every((place) => !path.startsWith(place))) return true
  return tenants.reduce((rest, { domain }) => rest.replaceAll(domain, ''), path).includes(tag)
}

const pathOf = (rawPath: string): string => rawPath.split('?', 1)[0] ?? ''

/** Judges that what the caller named was not contacted: the request was refused, or the endpoint ignored. */
const ignored = (context: Context, redeemed: Redeemed, given: string) => {
  const contact = redeemed.sent.find((exchange) => comesOf(exchange, given, context))
  if (contact) {
    throw new Violation('contacted', {
      expected: `TokenEndpointUrl ${given} refused or ignored`,
      actual: `a ${contact.request.method} to ${pathOf(contact.request.rawPath)}; ${told(redeemed)}`,
    })
  }
  if (handedBy(redeemed)) return
  refusalSeen(context, redeemed)
  context.note('refuses a token request with a foreign TokenEndpointUrl, which is lawful')
}

/** The endpoint is part of the client's configuration. */
export const foreignEndpoint: Check = {
  id: 'token.ignores-callers-endpoint.foreign',
  title: 'a TokenEndpointUrl that the caller names is never contacted',
  sends:
    "redemptions and renewals, valid but for a TokenEndpointUrl: a stranger's, another tenant's, the configured one with something behind",
  owes: 'a token from the configured endpoint, or a refusal; no contact with the place that TokenEndpointUrl names',
  clauses: ['token.ignores-callers-endpoint'],
  applies: redeemsWith('tokenEndpoint'),
  needs: { capabilities: [], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: ['broker.asks-callers-endpoint', 'broker.asks-behind-callers-endpoint', 'broker.asks-longer-endpoints'],
  control: registeredRedeems,
  async run(context) {
    const { examples, many } = endpointsOf(context)
    const attempt = byCode(context)
    await context.each(examples, async (tokenEndpoint) =>
      ignored(context, await attempt({ tokenEndpoint }), tokenEndpoint),
    )
    const ways = await waysOf(context, 'tokenEndpoint')
    const forms = Object.entries(many).flatMap(([kind, urls]) =>
      ways.map(([name, way]) => ({ name: `${kind}-${name}`, urls, way })),
    )
    for (const [index, { name, urls, way }] of forms.entries()) {
      const share = shareOf(Math.ceil(context.runs / 2), forms.length, index)
      await context.forEvery(name, urls, share, async (tokenEndpoint) =>
        ignored(context, await way({ tokenEndpoint }), tokenEndpoint),
      )
    }
  },
}
