import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { join, partsOf } from '../../../fixtures/near-miss/place.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Circumstance } from './circumstances.ts'
import { authorizeUnder, circumstancesIn, mixedWith, servedUnder } from './circumstances.ts'
import { leaks, nothingLeaves, says } from './judgement.ts'
import { peopleOf, registeredGetsCode, validRequest } from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const
const clauses = ['authorize.unregistered-redirect'] as const
const foreignOf = ({ slice }: Context) => `stranger-${slice.tag}.test`

const strangersOf = (context: Context): fc.Arbitrary<string> => {
  const [uri = ''] = peopleOf(context).client.redirectUris
  const parts = partsOf(uri)
  const foreign = label.map((sub) => `https://${sub}.${foreignOf(context)}/callback`)
  if (parts === undefined) return foreign
  return fc.oneof(
    foreign,
    label.map((path) => join(parts, { path: `/x${path}`, query: '' })),
    label.map((text) => join(parts, { host: `${text}.${parts.host}` })),
  )
}

/** However a request is made, its redirect URI is validated. */
export const anyForm: Check = {
  id: 'authorize.unregistered-redirect.any-form',
  title: 'an unregistered redirect_uri is refused in whatever form the request is made',
  sends:
    'requests with an unregistered redirect_uri by POST, in a browser that was here before, without state, with prompt, response_mode, another response_type …',
  owes: 'nothing leaves for the redirect_uri; wherever the valid form is served, a refusal',
  clauses,
  attacks: ['RUR-02', 'RUR-05', 'RUR-24'],
  needs,
  kills: [
    'broker.accepts-any-redirect-uri',
    'broker.redirects-refusals',
    'broker.skips-matching-for-returning-browsers',
    'broker.skips-matching-of-posts',
    'broker.shows-refusal-text-to-browsers-only',
  ],
  control: registeredGetsCode,
  async run(context) {
    const strangers = strangersOf(context)
    const known = circumstancesIn(context.dialect)
    for (const [index, [name, first]] of known.entries()) {
      const unserved = { every: true }
      await context.forEvery(
        name,
        fc.record({ under: mixedWith(context.dialect, first), redirectUri: strangers }),
        Math.floor((Math.ceil(context.runs / 2) + index) / known.length),
        async ({ under, redirectUri }) => {
          unserved.every = !(await tryUnder(context, under, redirectUri)) && unserved.every
        },
      )
      if (unserved.every && name !== 'other-type')
        context.note(`${name}: the valid form gets no code, so little was shown`)
    }
  },
}

/** Tries one unregistered redirect URI; gives whether the valid form is served under the same circumstance. */
const tryUnder = async (context: Context, under: Circumstance, redirectUri: string): Promise<boolean> => {
  const served = await servedUnder(under, context)
  const asked = await authorizeUnder(under, context, { ...validRequest(context), redirectUri })
  if (!served) leaks(context, asked, [redirectUri])
  else {
    nothingLeaves(context, asked, [redirectUri])
    says(context, asked, 'invalid_redirect_uri')
  }
  return served
}

/** Names that a parser may take for redirect_uri. */
const names = [
  'redirect_uri[]', 'redirect_uri[0]', 'redirect_uri[url]', 'Redirect_Uri', 'REDIRECT_URI', ' redirect_uri', 'redirect_uri ',
  'redirect_uri\u0000', 'redirect-uri', 'redirectUri', 'redirect_url', 'callback', 'return_url', 'wreply',
] // prettier-ignore

/** What is not called redirect_uri is none. */
export const otherNames: Check = {
  id: 'authorize.unregistered-redirect.other-names',
  title: 'no parameter of another name takes the place of redirect_uri',
  sends:
    'valid requests with a stranger beside the registered redirect_uri, before or after it, as redirect_uri[], Redirect_Uri, return_url …',
  owes: 'the code at the registered redirect_uri, or a refusal; nothing for the stranger',
  clauses,
  attacks: ['RUR-21'],
  needs,
  kills: ['broker.uses-array-parameters'],
  control: registeredGetsCode,
  async run(context) {
    const request = validRequest(context)
    const registered = String(request.redirectUri)
    for (const [index, name] of names.entries()) {
      await context.forEvery(
        name
          .trim()
          .replaceAll(/[^\w[\]-]/g, '~')
          .concat(name.startsWith(' ') ? '-led' : ''),
        fc.record({ stranger: strangersOf(context), first: fc.boolean() }),
        Math.floor((Math.ceil(context.runs / 2) + index) / names.length),
        async ({ stranger, first }) => {
          const pairs: [string, string][] = [[name, stranger], ['redirect_uri', registered]] // prettier-ignore
          const more = first ? pairs : pairs.toReversed()
          const asked = await authorizeUnder({}, context, { ...request, redirectUri: [], more })
          nothingLeaves(context, asked, [registered, stranger])
        },
      )
    }
  },
}
