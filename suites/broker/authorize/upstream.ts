import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import type { Pairs, WireRequest } from '../../../protocols/wire.ts'
import { urlOf } from '../../../protocols/wire.ts'
import type { Asked } from './request.ts'
import {
  askedBy,
  authorize,
  describe,
  gotCode,
  peopleOf,
  registeredGetsCode,
  requestOf,
  validRequest,
} from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const

/** The first request that reached the identity provider. */
const upstreamOf = ({ journey }: Asked) => journey.find(({ to }) => to === 'idp')?.request

/** What the request upstream carries; the client id and the resource are known where the sources describe the dialect. */
const owedUpstream = (context: Context): Pairs => {
  const { client } = peopleOf(context)
  const documented: Pairs = [
    ['client_id', client.id],
    ['resource', client.resource],
  ]
  return [
    ['response_type', 'code'],
    ['redirect_uri', context.at.target + context.at.paths.callback],
    ...(context.dialect.documented ? documented : []),
  ]
}

/** Requires each parameter once and with its value, and those of `atMost` no more than once. */
const requireOnce = ({ rawPath }: WireRequest, owed: Pairs, atMost: readonly string[] = []) => {
  const query = queryOf(rawPath)
  for (const [name, value] of owed) {
    const given = valuesOf(query, name)
    if (given.length === 1 && given[0] === value) continue
    throw new Violation(name, {
      expected: `${name}=${value} once at the identity provider`,
      actual: given.length === 0 ? `no ${name}` : given.join(' and '),
    })
  }
  for (const name of atMost) {
    const given = valuesOf(query, name)
    if (given.length > 1)
      throw new Violation(name, { expected: `${name} once at the identity provider`, actual: given.join(' and ') })
  }
}

/** What is asked of the identity provider, and where. */
export const startsCodeFlow: Check = {
  id: 'authorize.starts-code-flow.request',
  title: "a valid request goes on to the client's authorization endpoint, under the broker's own redirect URI",
  sends: 'a valid authorization request for each registered redirect URI',
  owes: "one request at the client's own endpoint: client id, response_type=code, the resource, the broker's own redirect URI",
  clauses: ['authorize.starts-code-flow'],
  attacks: ['RUR-25'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: [
    'broker.sends-callers-redirect-uri-upstream',
    'broker.omits-resource-upstream',
    'broker.asks-upstream-for-a-token',
  ],
  async control(context) {
    const asked = await authorize(context, validRequest(context))
    if (!upstreamOf(asked))
      throw new Inconclusive('control', `the user never came to the identity provider: ${describe(asked)}`)
  },
  async run(context) {
    const { client } = peopleOf(context)
    await context.each(client.redirectUris, async (redirectUri) => {
      const request = upstreamOf(await authorize(context, { ...validRequest(context), redirectUri }))
      if (request === undefined)
        throw new Violation('not-sent', { expected: `${redirectUri} to lead upstream`, actual: 'nobody came' })
      requireOnce(request, owedUpstream(context))
      const endpoint = `${context.at.idp}/${client.tenant}/`
      if (context.dialect.documented && !urlOf(request).startsWith(endpoint)) {
        throw new Violation('endpoint', {
          expected: `the client's endpoint under ${endpoint}`,
          actual: urlOf(request).split('?', 1)[0] ?? '',
        })
      }
    })
  },
}

const injections = [
  'redirect_uri=https://{}/',
  'client_id={}',
  'response_type=token',
  'response_mode=fragment&state={}',
]

/** What the caller sends stays within its own parameter. */
export const noInjection: Check = {
  id: 'authorize.starts-code-flow.injection',
  title: 'nothing in the resource or the state becomes a parameter of the request upstream',
  sends: 'valid requests whose resource or state has a delimiter and a parameter of the upstream request in it',
  owes: "upstream, each parameter once and with the broker's own value; or a refusal",
  clauses: ['authorize.starts-code-flow'],
  attacks: ['RUR-25'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: ['broker.concatenates-resource-upstream'],
  control: registeredGetsCode,
  async run(context) {
    const stranger = `stranger-${context.slice.tag}.test`
    const texts = fc
      .tuple(fc.constantFrom('&', '%26', '#', ';', '?'), fc.constantFrom(...injections), label)
      .map(([delimiter, text, word]) => `${word}${delimiter}${text.replace('{}', stranger)}`)
    for (const into of ['resource', 'state'] as const) {
      await context.forEvery(into, texts, Math.ceil(context.runs / 4), async (text) => {
        const { resource } = peopleOf(context).client
        const changed = into === 'resource' ? `${resource}/${text}` : text
        const asked = await authorize(context, { ...validRequest(context), [into]: changed })
        const request = upstreamOf(asked)
        if (request)
          requireOnce(
            request,
            owedUpstream(context).filter(([name]) => name !== 'resource'),
            ['resource', 'response_mode', 'state'],
          )
      })
    }
  },
}

/** The caller chooses the resource. */
export const askedResource: Check = {
  id: 'authorize.starts-code-flow.asked-resource',
  title: 'the resource that the caller names is the one that is asked for upstream',
  sends: 'a valid request of one client for the resource of another client of the same tenant',
  owes: 'that resource at the identity provider, or a refusal',
  clauses: ['authorize.starts-code-flow'],
  weaker: 'reading',
  applies: ({ upstream, documented }) =>
    upstream ? (documented ? undefined : 'dialect.documented') : 'dialect.upstream',
  needs: { ...needs, shape: { ...single, clientsPerTenant: 2 } },
  kills: ['broker.asks-for-own-resource', 'broker.omits-resource-upstream'],
  control: registeredGetsCode,
  async run(context) {
    await context.each(context.slice.clients, async ({ resource }) => {
      const request = upstreamOf(await authorize(context, { ...validRequest(context), resource }))
      if (request) requireOnce(request, [['resource', resource]])
    })
  },
}

/** Headers by which a proxy tells the host that it was asked for; anyone may send them. */
const forwarding: readonly ((host: string) => Pairs[number])[] = [
  (host) => ['x-forwarded-host', host],
  (host) => ['forwarded', `host=${host};proto=https`],
  (host) => ['x-original-host', host],
  (host) => ['x-host', host],
  (host) => ['x-original-url', `https://${host}/authorize`],
  () => ['x-forwarded-proto', 'https'],
  () => ['x-forwarded-port', '443'],
]

/** The target knows its own name. */
export const ownHost: Check = {
  id: 'authorize.starts-code-flow.own-host',
  title: "no header of a caller changes the broker's own redirect URI",
  sends: 'valid requests with the headers by which proxies name the host that was asked for, one by one and together',
  owes: "the broker's own redirect URI at the identity provider, or a refusal",
  clauses: ['authorize.starts-code-flow'],
  weaker: 'practice',
  attacks: ['WEB-04'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: ['broker.believes-forwarded-host', 'broker.believes-forwarded-host-with-scheme'],
  control: registeredGetsCode,
  async run(context) {
    const stranger = `stranger-${context.slice.tag}.test`
    const attempt = async (more: Pairs) => {
      const bare = requestOf(context, validRequest(context))
      const request = { ...bare, headers: [...bare.headers, ...more] }
      const asked = askedBy(context, await context.browser().go(request, peopleOf(context).user))
      const sent = upstreamOf(asked)
      if (sent) requireOnce(sent, [['redirect_uri', context.at.target + context.at.paths.callback]])
    }
    await context.each(forwarding, (header) => attempt([header(stranger)]))
    const together = fc.tuple(fc.subarray([...forwarding], { minLength: 2 }), label)
    await context.forEvery('together', together, Math.ceil(context.runs / 2), ([headers, word]) =>
      attempt(headers.map((header) => header(`${word}.${stranger}`))),
    )
  },
}

/** Several registered redirect URIs stand behind one that is registered upstream. */
export const manyUris: Check = {
  id: 'authorize.many-uris.each',
  title: 'each registered redirect URI gets its own code, and all go upstream under one',
  sends: 'a valid authorization request for each registered redirect URI: plain, with a port, with a query, very long',
  owes: 'a code at exactly the redirect URI that was asked for',
  clauses: ['authorize.many-uris'],
  needs,
  kills: ['broker.answers-first-registered-uri', 'broker.drops-query-of-destination'],
  control: registeredGetsCode,
  async run(context) {
    const upstream = new Set<string>()
    await context.each(peopleOf(context).client.redirectUris, async (redirectUri) => {
      const asked = await authorize(context, { ...validRequest(context), redirectUri })
      if (!gotCode(asked, redirectUri))
        throw new Violation('not-answered', { expected: `a code at ${redirectUri}`, actual: describe(asked) })
      const sent = upstreamOf(asked)
      for (const [name, value] of sent ? queryOf(sent.rawPath) : []) if (name === 'redirect_uri') upstream.add(value)
    })
    if (upstream.size > 1)
      throw new Violation('many-upstream', {
        expected: 'one redirect URI upstream',
        actual: [...upstream].join(' and '),
      })
  },
}
