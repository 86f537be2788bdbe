import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { get, post } from '../../../harness/dialects/authorize.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { WireRequest } from '../../../protocols/wire.ts'
import { answered, askedBy, describe, peopleOf, registeredGetsCode, requestOf, validRequest } from './request.ts'

/** A flow in a browser up to its callback, which is not sent. */
const beforeCallback = async (context: Context, state: string) => {
  const browser = context.browser()
  const begun = await browser.go(requestOf(context, { ...validRequest(context), state }), undefined, 'idp')
  const last = (await browser.resume(begun, peopleOf(context).user, 'target')).at(-1)
  const callback = last && leadingOn(nextOf(last))
  if (callback === undefined) throw new Inconclusive('unreadable', 'the identity provider did not send the user back')
  return { browser, callback }
}

const leadingOn = (next: ReturnType<typeof nextOf>): WireRequest | undefined => {
  if (next.is !== 'redirect' && next.is !== 'form-post') return undefined
  const { origin, pathname, search } = new URL(next.is === 'redirect' ? next.to : next.action)
  return next.is === 'redirect'
    ? get(origin, pathname + search)
    : post(origin, pathname + search, encodeForm(next.form.fields))
}

/** A state is good for one answer, however fast the next one comes. */
export const oneAnswerForAState: Check = {
  id: 'authorize.callback-unknown.race',
  title: 'of many callbacks with one state at once, one is answered at most',
  sends:
    'two to six times the callback of one flow, all at once in its browser, over the nodes in turn from any of them on, after requests with states of many lengths',
  owes: 'one code at most that goes on to the party (RFC 9700 section 4.7: state is one-time)',
  clauses: ['authorize.callback-unknown'],
  weaker: 'practice',
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: [], shape: single, scope: 'slice' },
  kills: ['broker.spends-requests-late', 'broker.spends-requests-of-long-states-late'],
  control: registeredGetsCode,
  async run(context) {
    const race = async (count: number, state: string, from: number) => {
      const { browser, callback } = await beforeCallback(context, state)
      const racers = Array.from({ length: count }, (_, index) =>
        context.nodes > 1 ? browser.via((from + index) % context.nodes) : browser,
      )
      const done = await Promise.allSettled(racers.map((racer) => racer.go(callback)))
      const all = done.map((one) => {
        if (one.status === 'rejected') throw one.reason
        return askedBy(context, one.value)
      })
      const winners = all.filter((asked) => answered(asked, 'code') !== undefined)
      const [first] = winners
      if (first === undefined || winners.length === 1) return
      throw new Violation('many-answers', {
        expected: `one answer at most to ${count} callbacks with one state`,
        actual: `${winners.length} of them: ${describe(first)}`,
      })
    }
    await context.each([2, 6], (count) => race(count, `state-${context.slice.tag}`, 0))
    const longest = Math.min(200, context.profile.stateBytes)
    const races = fc.record({
      count: fc.integer({ min: 2, max: 6 }),
      length: fc.integer({ min: 1, max: longest }),
      from: fc.nat(5),
    })
    await context.forEvery('races', races, Math.ceil(context.runs / 10), ({ count, length, from }) =>
      race(count, `${context.slice.tag}-`.repeat(30).slice(0, length), from),
    )
  },
}
