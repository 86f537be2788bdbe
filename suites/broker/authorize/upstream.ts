import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { queryOf } from '../../../protocols/form.ts'
import { urlOf } from '../../../protocols/wire.ts'
import type { Asked } from './request.ts'
import { authorize, describe, gotCode, peopleOf, registeredGetsCode, validRequest } from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const

/** The first request that reached the identity provider. */
const upstreamOf = ({ journey }: Asked) => journey.find(({ to }) => to === 'idp')?.request

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
      const owed: [string, string][] = [
        ['response_type', 'code'],
        ['redirect_uri', context.at.target + context.at.paths.callback],
        ...(context.dialect.documented
          ? ([
              ['client_id', client.id],
              ['resource', client.resource],
            ] as [string, string][])
          : []),
      ]
      for (const [name, value] of owed) {
        const given = queryOf(request.rawPath).flatMap(([key, one]) => (key === name ? [one] : []))
        if (given.length !== 1 || given[0] !== value) {
          throw new Violation(name, {
            expected: `${name}=${value} once at the identity provider`,
            actual: given.length === 0 ? `no ${name}` : given.join(' and '),
          })
        }
      }
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
