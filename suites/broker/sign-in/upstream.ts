import type { Upstream } from '../../../fixtures/world/shapes.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { urlOf } from '../../../protocols/wire.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import type { People } from './request.ts'
import { metadataOf, names, partiesOf, partiesSignIn, signIn, signedIn, trustOf, validSignIn } from './request.ts'

const both = { ...single, tenants: 2 }
const upstreamOf = ({ journey }: Asked) => journey.find(({ to }) => to === 'idp')?.request

const askedUpstream = async (context: Context, { party, user }: People) => {
  const asked = await signIn(context, validSignIn(context, party), user)
  const request = upstreamOf(asked)
  if (request) return request
  throw new Violation('not-asked', { expected: 'the user at the identity provider', actual: describe(asked) })
}

/** The control of what is asked upstream, over one kind of it if told: the user comes to the identity provider at all. */
const comesUpstream = async (context: Context, over?: Upstream): Promise<void> => {
  const all = partiesOf(context, over)
  if (all.length === 0) throw new Inconclusive('control', `no party with a tenant that signs in over ${over}`)
  for (const { party, user } of all) {
    const asked = await signIn(context, validSignIn(context, party), user)
    if (!upstreamOf(asked))
      throw new Inconclusive('control', `the user never came to the identity provider: ${describe(asked)}`)
  }
}

/** Under its own name, at the tenant of the party. */
export const asksAsItself: Check = {
  id: 'sign-in.asks-as-itself.own-realm',
  title: "a sign-in is asked of the tenant's identity provider under the broker's own realm and reply URL",
  sends: 'a valid sign-in at a party of each tenant',
  owes: "one request to that tenant with the broker's own wtrealm or client_id and its own reply URL, never the party's",
  clauses: ['sign-in.asks-as-itself'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['speaks:metadata'], shape: both, scope: 'slice' },
  kills: ['broker.asks-as-party', 'broker.asks-at-first-tenant'],
  control: (context) => comesUpstream(context),
  async run(context) {
    const { application } = context
    await context.each(partiesOf(context), async (people) => {
      const request = await askedUpstream(context, people)
      const query = queryOf(request.rawPath)
      const own = people.tenant.upstream === 'wsfed' ? ['wtrealm', application.realm] : ['client_id', application.id]
      const reply = people.tenant.upstream === 'wsfed' ? 'wreply' : 'redirect_uri'
      for (const [name = '', value = ''] of [own, [reply, application.reply]]) {
        const given = valuesOf(query, name)
        if (given.length === 1 && given[0] === value) continue
        if (given.length === 0 && name === 'wreply' && !context.dialect.documented) continue
        throw new Violation(name, {
          expected: `${name}=${value} once at the identity provider`,
          actual: given.join(' and ') || `no ${name}`,
        })
      }
      const tenant = `${context.at.idp}/${people.tenant.id}/`
      if (urlOf(request).startsWith(tenant)) return
      throw new Violation('tenant', {
        expected: `a request under ${tenant}`,
        actual: urlOf(request).split('?', 1)[0] ?? '',
      })
    })
  },
}

/** Whether a token comes back through the browser: then a nonce is owed to OpenID Connect itself (Core section 3.2.2.1). */
const startsImplicit = (query: Pairs) => (valuesOf(query, 'response_type')[0] ?? '').includes('id_token')

/** What an OpenID request consists of. */
export const buildsOidc: Check = {
  id: 'sign-in.builds-oidc.request',
  title: 'from the WS-Federation request an OpenID Connect request is built',
  sends: 'a valid sign-in, twice, at a party whose tenant signs in over OpenID Connect',
  owes: 'openid in the scope, an own callback, a nonce and a state, new for each request',
  clauses: ['sign-in.builds-oidc', 'sign-in.wsfed-out-of-oidc'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['oidc', 'speaks:metadata'], shape: both, scope: 'slice' },
  kills: ['broker.speaks-federation-only', 'broker.fixes-nonce', 'broker.omits-nonce'],
  control: (context) => comesUpstream(context, 'oidc'),
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const seen = new Set<string>()
    const over = partiesOf(context, 'oidc')
    await context.each([...over, ...over], async (people) => {
      const query = queryOf((await askedUpstream(context, people)).rawPath)
      for (const name of context.dialect.documented || startsImplicit(query) ? ['nonce', 'state'] : ['state']) {
        const [value = ''] = valuesOf(query, name)
        if (value.length < 8 || seen.has(value)) {
          throw new Violation(name, {
            expected: `a new ${name} in each request`,
            actual: value === '' ? 'none' : 'one that is short or was used before',
          })
        }
        seen.add(value)
      }
      if (!(valuesOf(query, 'scope')[0] ?? '').split(' ').includes('openid')) {
        throw new Violation('scope', {
          expected: 'openid in the scope',
          actual: valuesOf(query, 'scope')[0] ?? 'no scope',
        })
      }
      const { assertion } = await signedIn(context, people, trust, ['no-response'])
      if (!names(assertion, people.user)) {
        throw new Violation('subject', {
          expected: people.user.name,
          actual: assertion.nameId?.value ?? 'nobody',
          clause: 'sign-in.wsfed-out-of-oidc',
        })
      }
    })
  },
}

/** Ways to authenticate that a party may ask for (`wauth`, WS-Federation 1.2 section 13.2.2). */
const methods = [
  'urn:oasis:names:tc:SAML:1.0:am:password',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  'urn:federation:authentication:windows',
]

/** Challenges that a browser answers by asking the person before it (RFC 7617, RFC 7616, RFC 4559). */
const challenges = /\b(?:basic|digest|ntlm|negotiate)\b/i

/** Credentials are for the identity provider. */
export const neverPrompts: Check = {
  id: 'sign-in.never-prompts.no-credentials',
  title: 'the broker never asks for credentials',
  sends: 'a valid sign-in at each party, one that wants a fresh or a certain authentication, and an invalid one',
  owes: 'no page of the broker with a password field, and no challenge',
  clauses: ['sign-in.never-prompts'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['speaks:metadata'], shape: both, scope: 'slice' },
  kills: ['broker.challenges-when-asked-anew', 'broker.asks-for-passwords'],
  control: partiesSignIn,
  async run(context) {
    const cases = partiesOf(context).flatMap(({ party, user }) => {
      const valid = validSignIn(context, party)
      const wanting = methods.map((method): SignInInput => ({ ...valid, more: [['wauth', method]] }))
      const inputs: SignInInput[] = [valid, { ...valid, realm: 'urn:nobody' }, { ...valid, freshness: '0' }, ...wanting]
      return inputs.map((input) => ({ input, user }))
    })
    await context.each(cases, async ({ input, user }) => {
      const { journey } = await signIn(context, input, user)
      for (const hop of journey.filter(({ to }) => to === 'target')) {
        const next = nextOf(hop)
        const asks = next.is === 'page' && next.page.forms.some(({ password }) => password !== undefined)
        if (
          asks ||
          hop.response?.headers.some(([name, value]) => name === 'www-authenticate' && challenges.test(value))
        ) {
          throw new Violation('asks', {
            expected: 'no question for credentials',
            actual: `a page of the broker at ${hop.request.rawPath.split('?', 1)[0]} that asks`,
          })
        }
      }
    })
  },
}
