import { derive } from '../../../fixtures/seed.ts'
import type { Kind } from '../../../fixtures/near-miss/kind.ts'
import type { NearMiss } from '../../../fixtures/near-miss/near-miss.ts'
import { nearMissesOf, nearMissKinds } from '../../../fixtures/near-miss/near-miss.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { nothingLeaves } from './judgement.ts'
import type { Asked } from './request.ts'
import { authorize, describe, gotCode, peopleOf, registeredGetsCode, sentTo, validRequest } from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const

/** No redirect URI that leads elsewhere obtains anything, however near it is to a registered one. */
export const nearMiss: Check = {
  id: 'authorize.unregistered-redirect.near-miss',
  title: 'no redirect_uri that is almost a registered one, and leads elsewhere, receives anything',
  sends:
    'valid authorization requests whose redirect_uri misses a registered one by a suffix, an encoding, a lookalike …',
  owes: 'a refusal at the broker for every one of them; nothing goes to the place that the redirect_uri names',
  clauses: ['authorize.unregistered-redirect'],
  attacks: [
    'RUR-02',
    'RUR-03',
    'RUR-04',
    'RUR-05',
    'RUR-06',
    'RUR-07',
    'RUR-08',
    'RUR-09',
    'RUR-10',
    'RUR-11',
    'RUR-12',
    'RUR-13',
    'RUR-14',
    'RUR-15',
    'RUR-16',
    'RUR-17',
    'RUR-18',
    'RUR-19',
    'RUR-21',
    'RUR-22',
  ],
  needs,
  kills: [
    'broker.accepts-any-redirect-uri',
    'broker.accepts-redirect-uri-by-prefix',
    'broker.accepts-redirect-uri-by-origin',
    'broker.accepts-redirect-uri-by-parent-host',
    'broker.accepts-redirect-uri-containing-registered',
    'broker.accepts-registered-host-as-user',
    'broker.accepts-longer-parent-path',
    'broker.accepts-redirect-uri-as-pattern',
    'broker.ignores-scheme-of-redirect-uri',
    'broker.ignores-case-of-redirect-uri',
    'broker.ignores-port-of-redirect-uri',
    'broker.ignores-query-of-redirect-uri',
    'broker.ignores-trailing-slash',
    'broker.decodes-redirect-uri',
    'broker.decodes-redirect-uri-twice',
    'broker.truncates-redirect-uri',
    'broker.strips-invisible-characters',
    'broker.folds-compatible-characters',
    'broker.uses-last-redirect-uri',
    'broker.uses-first-redirect-uri',
    'broker.validates-redirect-uri-after-sign-in',
    'broker.validates-long-redirect-uris-after-sign-in',
    'broker.redirects-refusals',
    'broker.redirects-refusals-of-long-redirect-uris',
    'broker.refreshes-to-refused-redirect-uri',
  ],
  control: registeredGetsCode,
  run: (context) => tryKinds(context, 'elsewhere', (asked, { given }) => nothingLeaves(context, asked, given)),
}

/** A registered URI in another spelling is not a registered URI, though nothing leaks by it. */
export const exactMatch: Check = {
  id: 'authorize.unregistered-redirect.exact-match',
  title: 'a registered redirect_uri in another spelling is refused',
  sends: 'valid authorization requests whose redirect_uri leads to a registered place but is spelled differently',
  owes: 'a refusal: redirect URIs are compared by exact string matching (RFC 9700 section 2.1)',
  clauses: ['authorize.unregistered-redirect'],
  weaker: 'practice',
  attacks: ['RUR-06', 'RUR-07', 'RUR-10', 'RUR-12', 'RUR-14', 'RUR-15', 'RUR-16'],
  needs,
  kills: [
    'broker.ignores-case-of-host',
    'broker.ignores-case-of-redirect-uri',
    'broker.normalises-redirect-uri',
    'broker.ignores-fragment',
    'broker.decodes-redirect-uri',
  ],
  control: registeredGetsCode,
  run: (context) =>
    tryKinds(context, 'same', (asked, { given, registered }) => {
      if (asked.outcome.is === 'page' || asked.outcome.is === 'unreadable') {
        throw new Inconclusive('unreadable', `${describe(asked)}: give the dialect the wording of a refusal`)
      }
      if (!sentTo(asked)?.params.some(([name]) => name === 'code')) return
      throw new Violation('accepted', {
        expected: `${JSON.stringify(given[0])} refused, since only ${JSON.stringify(registered)} is registered`,
        actual: describe(asked),
      })
    }),
}

/**
 * Spreads the runs evenly over all kinds that lead there, and those of a kind over the registered URIs, so that no kind and
 * no form of URI is left to chance. The slice, and with it the seed, decides where the rounds begin.
 */
const tryKinds = async (context: Context, leads: Kind['leads'], judge: (asked: Asked, miss: NearMiss) => void) => {
  const registered = await working(context)
  const foreign = `stranger-${context.slice.tag}.test`
  const makers = nearMissKinds
    .filter((kind) => kind.leads === leads)
    .map((kind) => ({ name: kind.name, bases: registered.flatMap((uri) => nearMissesOf(kind, uri, foreign) ?? []) }))
    .filter(({ bases }) => bases.length > 0)
  const { runs, slice } = context
  if (makers.length === 0) {
    throw new Inconclusive('unreadable', 'no registered redirect_uri that the target accepts can be varied')
  }

  for (const [index, { name, bases }] of makers.entries()) {
    const share = shareOf(runs, makers.length, index + roundOf(slice.tag, 'kinds'))
    for (const [base, misses] of bases.entries()) {
      await context.forEvery(
        `${name}~${base}`,
        misses,
        shareOf(share, bases.length, base + roundOf(slice.tag, name)),
        async (miss) => {
          judge(await authorize(context, { ...validRequest(context), redirectUri: miss.given }), miss)
        },
      )
    }
  }
  if (runs < makers.length) context.note(`${runs} runs reach ${runs} of ${makers.length} kinds of near miss`)
}

const roundOf = (tag: string, label: string) => derive(0, tag, label) >>> 0

/** What falls to one of `parts` when `runs` are dealt out one by one. */
const shareOf = (runs: number, parts: number, part: number) => Math.floor((runs + parts - 1 - (part % parts)) / parts)

/** The registered URIs that the target accepts; a near miss of one that it refuses would prove nothing. */
const working = async (context: Context): Promise<string[]> => {
  const accepted: string[] = []
  for (const uri of peopleOf(context).client.redirectUris) {
    if (gotCode(await authorize(context, { ...validRequest(context), redirectUri: uri }), uri)) accepted.push(uri)
    else context.note(`the registered ${uri} is refused, so no near miss of it was tried`)
  }
  return accepted
}
