import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import { queryOf, valuesOf, withQuery } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { CacheCheck, Context, Pair } from './asking.ts'
import { call, casesFor, freshPairs, manyPairs, offeredTo, owned, pairsOf, serves, told, walk, watching } from './asking.ts' // prettier-ignore

/** Where a trust dialog sends the browser back to, with its code. */
export const comesBack = async (context: Context, pair: Pair): Promise<URL> => {
  const url = offeredTo(await call(context, pair), 'a user without a token')
  const last = (await walk(context, url, pair.user)).at(-1)
  const location = last?.response?.headers.find(([name]) => name === 'location')?.[1]
  const back = location !== undefined && URL.canParse(location) ? new URL(location) : undefined
  if (back?.origin !== context.at.target || !back.searchParams.has('code'))
    throw new Inconclusive('unreadable', 'the trust dialog did not come back with a code')
  return back
}

/** What is made of the state with which a trust dialog comes back. `undefined`: it comes without. */
export type Spoils = (state: string) => string | undefined

/** How much of a state stays, in percent, and what stands in the place of the rest. */
type Tail = readonly [percent: number, tail: string]

/** The end of a state is replaced, from somewhere behind its middle on. */
export const tails: fc.Arbitrary<Tail> = fc.tuple(fc.integer({ min: 55, max: 80 }), fc.stringMatching(/^[0-9a-f]{8}$/))

export const withTail =
  ([percent, tail]: Tail) =>
  (state: string): string => {
    const kept = state.slice(0, Math.floor((state.length * percent) / 100))
    return (kept + tail.repeat(state.length)).slice(0, Math.max(state.length, kept.length + 4))
  }

export const spoilt = {
  'none at all': () => undefined,
  'an empty one': () => '',
  'a made-up one': () => 'f3b1d9a2-5c8e-4f07-9b6d-0a1e2c3d4f5b',
} as const satisfies Record<string, Spoils>

/** Has a browser come back from a trust dialog under this state. `undefined`: without one. */
export const delivers = async (context: Context, back: URL, state: string | undefined) => {
  const others = queryOf(back.search).filter(([name]) => name !== 'state')
  const query: Pairs = state === undefined ? others : [...others, ['state', state]]
  const { pathname, search } = new URL(withQuery(back.origin + back.pathname, query))
  await context.browser().go({ method: 'GET', origin: back.origin, rawPath: pathname + search, headers: [['accept', 'text/html']] }) // prettier-ignore
}

/** Delivers a code under a state that the target did not give for it, and looks what the user has got. */
const storesNothing = async (context: Context, pair: Pair, spoil: Spoils) => {
  const back = await comesBack(context, pair)
  const state = valuesOf(queryOf(back.search), 'state')[0] ?? ''
  const changed = spoil(state)
  if (changed === state) throw new Inconclusive('undelivered', 'the trust dialog came back without a state')
  await delivers(context, back, changed)
  const called = await call(context, pair)
  if (called.outcome !== 'data' && called.data.length === 0) return
  throw new Violation('stored', {
    expected: 'a callback that belongs to no trust dialog to store nothing',
    actual: told(called),
  })
}

/** A callback that was not asked for stores nothing. */
export const unsolicited: CacheCheck = {
  id: 'cache.verifies-trust.unsolicited',
  title: 'a callback that belongs to no trust dialog of the target stores nothing',
  sends:
    'codes that the broker has given, delivered without a state, under one that was made up, or under one that was altered',
  owes: 'no token for the user: the next call brings no data',
  clauses: ['cache.verifies-trust'],
  needs: manyPairs,
  kills: ['cache.takes-any-callback', 'cache.takes-callbacks-without-state', 'cache.compares-half-the-state'],
  control: serves,
  async run(context) {
    const fresh = freshPairs(context)
    await context.each(Object.keys(spoilt) as (keyof typeof spoilt)[], (name) =>
      storesNothing(context, fresh.pair(), spoilt[name]),
    )
    await context.forEvery('tails', tails, Math.min(40, casesFor(context, 2)), (tail) =>
      storesNothing(context, fresh.pair(), withTail(tail)),
    )
  },
}

/** The trust dialog of the service account. */
export const servicePrompt: CacheCheck = {
  id: 'cache.service-account-prompt.offered',
  title: 'the trust URL that is offered for the service account carries prompt=true',
  sends: 'calls for the service account, which has no token, at several resources',
  owes: 'a trust URL with the parameter prompt=true, which the broker is asked with',
  clauses: ['cache.service-account-prompt'],
  applies: ({ serviceAccount }) => (serviceAccount === undefined ? 'a service account' : undefined),
  needs: manyPairs,
  kills: ['cache.omits-prompt', 'cache.prompts-by-another-word', 'cache.omits-prompt-for-further-resources'],
  control: serves,
  async run(context) {
    const firsts = pairsOf(context).slice(1).map(([pair]) => owned(pair)) // prettier-ignore
    const prompts = async (pair: Pair) => {
      const url = offeredTo(await call(context, pair, 'service'), 'the service account without a token')
      const [journey] = await watching(context, () => walk(context, url, pair.user))
      const asked = [url, ...journey.filter(({ to }) => to === 'broker').map(({ request }) => request.rawPath)]
      if (asked.some((one) => valuesOf(queryOf(one), 'prompt').join() === 'true')) return
      throw new Violation('no-prompt', { expected: 'a trust URL with prompt=true', actual: 'one without it' })
    }
    await context.each([controlOf(context)], prompts)
    await context.forEvery('resources', fc.constantFrom(...firsts), Math.min(20, casesFor(context, 5)), prompts)
  },
}

const controlOf = (context: Context): Pair => owned(pairsOf(context)[0]?.[1])
