import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import type { CallbackInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { WireRequest } from '../../../protocols/wire.ts'
import { says } from './judgement.ts'
import { nodePairs } from './nodes.ts'
import {
  askedBy,
  describe,
  peopleOf,
  registeredGetsCode,
  requestOf,
  sentTo,
  upstreamState,
  validRequest,
} from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const
const clauses = ['authorize.callback-unknown'] as const
const upstream: Check['applies'] = (dialect) => (dialect.upstream ? undefined : 'dialect.upstream')
const hour = 3_600_000
const day = 24 * hour

/** Begins a flow in a browser and stops before the identity provider; gives the state that the broker chose. */
const begin = async (context: Context, browser = context.browser()) => {
  const journey = await browser.go(requestOf(context, validRequest(context)), undefined, 'idp')
  const state = upstreamState(journey)
  if (state === undefined) throw new Inconclusive('unreadable', 'the request upstream carries no state to answer')
  return { browser, journey, state }
}

const callback = (context: Context, input: CallbackInput): WireRequest => {
  if (context.dialect.callback === null) throw new TypeError('the dialect does not speak callback')
  return context.dialect.callback.request(input, context.at)
}

/** A callback that answers no request of this browser: never a redirect away. */
const answersNobody = (context: Context, journey: Journey, what: string) => {
  const asked = askedBy(context, journey)
  if (sentTo(asked))
    throw new Violation('answered', { expected: `${what} refused at the broker`, actual: describe(asked) })
  if (asked.outcome.is !== 'refusal') {
    throw new Inconclusive('unreadable', `${describe(asked)}: give the dialect the wording of a refusal`)
  }
  return asked
}

const code = 'code-of-nobody'

/** Callbacks that belong to no request. */
export const unknownCallback: Check = {
  id: 'authorize.callback-unknown.stranger',
  title: 'a callback that matches no pending request leads nowhere',
  sends:
    'callbacks without state, with an empty, an invented or an almost right state, while a request is pending in that browser',
  owes: 'error row 10, "An error occurred while processing an authorization response"; never a redirect',
  clauses,
  attacks: ['OAU-09'],
  applies: upstream,
  needs,
  kills: ['broker.guesses-unknown-request', 'broker.guesses-missing-state'],
  control: registeredGetsCode,
  async run(context) {
    await context.each<CallbackInput>(
      [{ code }, { code, state: '' }, { code, state: `invented-${context.slice.tag}` }, { error: 'access_denied' }],
      async (input) => {
        const { browser } = await begin(context)
        says(
          context,
          answersNobody(
            context,
            await browser.go(callback(context, input)),
            `a callback with ${JSON.stringify(input)}`,
          ),
          'authorization-response',
        )
      },
    )
    const edits = fc.tuple(fc.nat(), fc.constantFrom('cut', 'longer', 'changed'))
    await context.forEvery('almost', edits, Math.ceil(context.runs / 2), async ([at, how]) => {
      const { browser, state } = await begin(context)
      const place = at % state.length
      const changed =
        how === 'cut'
          ? state.slice(0, place)
          : how === 'longer'
            ? `${state}x`
            : state.slice(0, place) + (state[place]?.toLowerCase() === 'x' ? 'y' : 'x') + state.slice(place + 1)
      answersNobody(
        context,
        await browser.go(callback(context, { code, state: changed })),
        'a callback with an almost right state',
      )
    })
  },
}

/** A callback that has been answered. */
export const replayedCallback: Check = {
  id: 'authorize.callback-unknown.replayed',
  title: 'a callback is answered once',
  sends:
    'a flow to its end, and then its callback once more in the same browser; refused callbacks, and others after them',
  owes: 'the second is refused (RFC 9700 section 4.7: state is one-time)',
  clauses,
  weaker: 'practice',
  applies: upstream,
  needs,
  kills: ['broker.reuses-requests', 'broker.reuses-refused-requests'],
  control: registeredGetsCode,
  async run(context) {
    const { user } = peopleOf(context)
    await context.each(['the same callback again'], async () => {
      const { browser, journey } = await begin(context)
      const rest = await browser.resume(journey, user)
      const answer = rest.find(
        ({ to, request }) => to === 'target' && request.rawPath.startsWith(context.at.paths.callback),
      )?.request
      if (answer === undefined) throw new Inconclusive('unreadable', 'the flow did not come back to the callback')
      answersNobody(
        context,
        await browser.go({ ...answer, headers: answer.headers.filter(([name]) => name !== 'cookie') }),
        'a callback that was answered before',
      )
    })
    const answer = fc.constantFrom<Omit<CallbackInput, 'state'>>(
      { code },
      { error: 'access_denied' },
      { error: 'server_error' },
    )
    await context.forEvery(
      'answers',
      fc.array(answer, { minLength: 2, maxLength: 4 }),
      Math.ceil(context.runs / 4),
      async ([first = { code }, ...others]) => {
        const { browser, state } = await begin(context)
        const answered = askedBy(context, await browser.go(callback(context, { ...first, state })))
        if (!sentTo(answered)) return
        for (const other of others) {
          answersNobody(
            context,
            await browser.go(callback(context, { ...other, state })),
            'a callback to a request that was answered before',
          )
        }
      },
    )
  },
}

/** A callback that has been answered at one node, carried to another. */
export const replayedAtNode: Check = {
  id: 'authorize.callback-unknown.replayed-at-node',
  title: 'a callback that one node has answered is answered by no other',
  sends: 'a callback to one node, and the same to another node',
  owes: 'the second is refused (RFC 9700 section 4.7: state is one-time)',
  clauses,
  weaker: 'practice',
  applies: upstream,
  needs: { capabilities: ['nodes'], shape: single, scope: 'slice' },
  kills: ['broker.spends-requests-on-one-node'],
  control: registeredGetsCode,
  async run(context) {
    await context.each(nodePairs(context), async ([one, other]) => {
      const { browser, state } = await begin(context, context.browser().via(one))
      const answered = askedBy(context, await browser.go(callback(context, { code, state })))
      if (!sentTo(answered))
        throw new Inconclusive('unreadable', `the first callback was not answered: ${describe(answered)}`)
      answersNobody(
        context,
        await browser.via(other).go(callback(context, { code, state })),
        'a callback that another node has answered',
      )
    })
  },
}

/** A callback carried to another person's browser. */
export const otherBrowser: Check = {
  id: 'authorize.callback-unknown.other-browser',
  title: 'a callback is answered only in the browser that began the request',
  sends: "a callback with one browser's state in another browser, a fresh one and one with flows of its own",
  owes: 'a refusal (RFC 9700 section 4.7: the state is bound to the browser)',
  clauses,
  weaker: 'practice',
  attacks: ['OAU-08'],
  applies: upstream,
  needs,
  kills: ['broker.ignores-browser', 'broker.accepts-any-returning-browser'],
  control: registeredGetsCode,
  async run(context) {
    await context.each(['the callback in another browser'], async () => {
      const { state } = await begin(context)
      answersNobody(
        context,
        await context.browser().go(callback(context, { code, state })),
        "a callback with another browser's state",
      )
    })
    const lives = fc.record({ before: fc.nat(2), after: fc.nat(2) }).filter(({ before, after }) => before + after > 0)
    await context.forEvery('returning', lives, Math.ceil(context.runs / 5), async ({ before, after }) => {
      const other = context.browser()
      for (let flow = 0; flow < before; flow += 1) await begin(context, other)
      const { state } = await begin(context)
      for (let flow = 0; flow < after; flow += 1) await begin(context, other)
      answersNobody(
        context,
        await other.go(callback(context, { code, state })),
        "a callback with another browser's state, in a browser with flows of its own",
      )
    })
  },
}

/** A callback that comes a day late. */
export const expiredCallback: Check = {
  id: 'authorize.callback-unknown.expired',
  title: 'a request that was begun a day ago is answered no more',
  sends:
    'a callback to a request that was begun a day earlier by the clock, in silence or with others begun in between',
  owes: 'a refusal; how long a request stays pending is nowhere documented, a day is too long by any reading',
  clauses,
  weaker: 'practice',
  applies: upstream,
  needs: { capabilities: ['clock'], shape: single, scope: 'exclusive' },
  kills: ['broker.keeps-requests-forever', 'broker.extends-pending-requests'],
  control: registeredGetsCode,
  async run(context) {
    await context.each(['a day later'], async () => {
      const { browser, state } = await begin(context)
      await context.clock.advance(day)
      try {
        answersNobody(
          context,
          await browser.go(callback(context, { code, state })),
          'a callback to a request of yesterday',
        )
      } finally {
        await context.clock.reset()
      }
    })
    const waits = fc.array(fc.integer({ min: 4, max: 7 }), { minLength: 6, maxLength: 9 })
    await context.forEvery('used-meanwhile', waits, Math.ceil(context.runs / 20), async (hours) => {
      const { browser, state } = await begin(context)
      try {
        for (const wait of hours) {
          await context.clock.advance(wait * hour)
          await begin(context, browser)
        }
        answersNobody(
          context,
          await browser.go(callback(context, { code, state })),
          `a callback to a request of ${hours.reduce((sum, wait) => sum + wait, 0)} hours ago`,
        )
      } finally {
        await context.clock.reset()
      }
    })
  },
}
