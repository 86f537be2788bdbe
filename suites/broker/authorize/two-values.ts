import * as fc from 'fast-check'
import { arrivesAt } from '../../../fixtures/near-miss/place.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { decodeForm, queryOf, valuesOf } from '../../../protocols/form.ts'
import { textOf } from '../../../protocols/wire.ts'
import { besideQuery } from './posted.ts'
import { authorizeUnder, circumstancesIn, mixedWith } from './circumstances.ts'
import type { Asked } from './request.ts'
import {
  answered,
  askedBy,
  describe,
  peopleOf,
  registeredGetsCode,
  requestOf,
  sentTo,
  validRequest,
} from './request.ts'

/** The two values of a request; where they agree in one of them, it is said once. */
type Said = { clientId: string; redirectUri: string }
type Twofold = readonly [one: Said, other: Said]

const merged = ([one, other]: Twofold) => ({
  clientId: one.clientId === other.clientId ? one.clientId : [one.clientId, other.clientId],
  redirectUri: one.redirectUri === other.redirectUri ? one.redirectUri : [one.redirectUri, other.redirectUri],
})

/** The redirect URIs of whom a user was sent upstream for; where the target is a client of its own there, of those that a request names. */
const owned = ({ slice }: Context, { journey }: Asked, both: Twofold): string[] => {
  const named = journey
    .filter(({ to }) => to === 'idp')
    .flatMap(({ request }) => valuesOf([...queryOf(request.rawPath), ...decodeForm(textOf(request))], 'client_id'))
  const upstream = slice.clients.filter(({ id }) => named.includes(id))
  const askers =
    upstream.length > 0 ? upstream : slice.clients.filter(({ id }) => both.some((one) => one.clientId === id))
  return askers.flatMap(({ redirectUris }) => redirectUris)
}

/** A code is for the client that it was asked for, at a URI of that client; where there is none, nobody is sent to a stranger. */
const comesHome = (context: Context, asked: Asked, both: Twofold): void => {
  const sent = sentTo(asked)
  if (sent === undefined) return
  const withCode = answered(asked, 'code') !== undefined
  const known = withCode
    ? owned(context, asked, both)
    : context.slice.clients.flatMap(({ redirectUris }) => redirectUris)
  if (known.some((uri) => arrivesAt(sent.url, uri) !== undefined)) return
  const chosen = both.some(({ redirectUri }) => arrivesAt(sent.url, redirectUri) !== undefined)
  if (!withCode && !chosen) return
  throw new Violation(withCode ? 'code-elsewhere' : 'redirected-elsewhere', {
    expected: `${both.map((one) => JSON.stringify(one)).join(' and ')} refused, or a code at a redirect URI of the client that it is for`,
    actual: describe(asked),
    ...(both[0].clientId === both[1].clientId && { clause: 'authorize.unregistered-redirect' }),
  })
}

/** A client with the redirect URI of another or of nobody, beside what is right; in either order. */
const twofolds = (context: Context): Twofold[] => {
  const { client } = peopleOf(context)
  const other = context.slice.clients.find(({ id, tenant }) => id !== client.id && tenant === client.tenant)
  if (other === undefined) throw new TypeError('the slice has one client only')
  const [own = '', others = ''] = [client, other].map(({ redirectUris }) => redirectUris[0] ?? '')
  const [one, both] = [{ clientId: client.id, redirectUri: own }, { clientId: other.id, redirectUri: others }] // prettier-ignore
  const pairs: Twofold[] = [
    [one, { ...one, clientId: other.id }],
    [both, { ...both, clientId: client.id }],
    [one, { ...one, redirectUri: others }],
    [one, { ...one, redirectUri: `https://stranger-${context.slice.tag}.test/callback` }],
  ]
  return pairs.flatMap(([first, last]): Twofold[] => [[first, last], [last, first]]) // prettier-ignore
}

/** Whichever of two things a request is taken to say, it is taken to say that throughout. */
export const oneMeaning: Check = {
  id: 'authorize.redirect-bound-to-client.two-values',
  title: 'a request that names two clients or two redirect URIs brings no code of one client to another place',
  sends:
    "authorization requests by GET and by POST, in many circumstances, and by POST with one value in the query and the other in the body: two client_id of which one has the redirect_uri, or two redirect_uri of which one is another client's or a stranger's, in either order",
  owes: 'a refusal, or a code at a redirect URI of the client that it was asked for upstream',
  clauses: ['authorize.redirect-bound-to-client', 'authorize.unregistered-redirect'],
  attacks: ['RUR-21'],
  needs: { capabilities: [], shape: { ...single, clientsPerTenant: 2 }, scope: 'slice' },
  kills: [
    'broker.validates-first-of-two-clients',
    'broker.validates-last-of-two-clients',
    'broker.validates-first-of-two-clients-of-silent-requests',
    'broker.uses-last-redirect-uri',
    'broker.uses-first-redirect-uri',
    'broker.validates-redirect-uris-of-queries',
  ],
  control: registeredGetsCode,
  async run(context) {
    const all = twofolds(context)
    const valid = validRequest(context)
    await context.each(
      all.flatMap((both) => [
        { both, method: {} },
        { both, method: { method: 'POST' } as const },
      ]),
      async ({ both, method }) =>
        comesHome(context, await authorizeUnder(method, context, { ...valid, ...merged(both) }), both),
    )
    const inAnyOrder = fc.shuffledSubarray(all, { minLength: all.length })
    await context.forEvery('query-and-body', inAnyOrder, Math.ceil(context.runs / 50), async (shuffled) => {
      for (const both of shuffled) {
        const [queried, posted] = both.map((one) => requestOf(context, { ...valid, ...one }))
        if (queried === undefined || posted === undefined) throw new TypeError('one request of two')
        const journey = await context.browser().go(besideQuery(queried, posted), peopleOf(context).user)
        comesHome(context, askedBy(context, journey), both)
      }
    })
    const known = circumstancesIn(context.dialect)
    for (const [index, [name, first]] of known.entries()) {
      const share = Math.floor((Math.ceil(context.runs / 4) + index) / known.length)
      await context.forEvery(name, mixedWith(context.dialect, first), share, async (under) => {
        for (const both of all)
          comesHome(context, await authorizeUnder(under, context, { ...valid, ...merged(both) }), both)
      })
    }
  },
}
