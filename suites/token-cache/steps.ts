import type { Journey } from '../../harness/agent/browser.ts'
import { Violation } from '../../harness/judge/blame.ts'
import type { Exchange } from '../../harness/record/exchange.ts'
import type { CacheProfile } from '../../harness/target/token-cache.ts'
import { queryOf, valuesOf } from '../../protocols/form.ts'
import { trafficIn } from './traffic.ts'

/** Something that happens in a flow and shows from outside, in words. */
export type Step = string

const places = { broker: 'the broker', idp: 'the token service' } as const

/**
 * The steps among what the target sent, in order; `fresh` is the token that the flow is about. Whatever is neither a grant nor a call
 * with a token, such as a request for keys or for the realm, is none, and calls with one token in a row are one.
 */
export const stepsOf = (sent: readonly Exchange[], fresh: string | undefined): Step[] =>
  withoutRepeats(
    sent.flatMap((exchange): Step[] => {
      const { redemptions, renewals, data } = trafficIn([exchange])
      return [
        ...redemptions.map(
          ({ to, access }) => `the code ${access === undefined ? 'refused' : 'redeemed'} at ${places[to]}`,
        ),
        ...renewals.map(({ to, access }) => `a renewal ${access === undefined ? 'refused' : 'made'} at ${places[to]}`),
        ...data.map(({ token }) => (token === fresh ? steps.newToken : 'another token at the resource')),
      ]
    }),
    (step) => step.endsWith('at the resource'),
  )

/** Where a trust dialog led a browser; pages of the target itself are none of its steps. */
export const stepsOfDialog = (dialog: Journey): Step[] =>
  withoutRepeats(
    dialog.flatMap(({ to }): Step[] => (to === 'broker' || to === 'idp' ? [`the dialog at ${places[to]}`] : [])),
    () => true,
  )

/** Whether the last hop of a dialog sends the browser back to the target with a code. */
export const endsWithCode = (dialog: Journey, target: string): boolean => {
  const location = dialog.at(-1)?.response?.headers.find(([name]) => name === 'location')?.[1] ?? ''
  return URL.canParse(location) && new URL(location).origin === target && valuesOf(queryOf(location), 'code').length > 0
}

const withoutRepeats = (all: readonly Step[], isOne: (step: Step) => boolean): Step[] =>
  all.filter((step, index) => !isOne(step) || step !== all[index - 1])

/** Steps that are told in the same words everywhere. */
export const steps = {
  call: 'a call',
  offered: 'a trust URL',
  code: 'the code at the target',
  again: 'another call',
  newToken: 'the new token at the resource',
  data: 'data',
} as const

/**
 * The documented steps of a first call with trust, and of a call with a token that is due, as far as they show from outside: through
 * the broker, or at the token service alone for a cache that declares to go there.
 *
 * @see OAUTH: Token Conditions
 */
export const documented = (through: CacheProfile['through']): { firstCall: Step[]; dueCall: Step[] } => {
  const { broker, idp } = places
  const [place, dialog] = through === 'broker' ? [broker, [broker, idp, broker]] : [idp, [idp]]
  const { call, offered, code, again, newToken, data } = steps
  const led = dialog.map((one) => `the dialog at ${one}`)
  return {
    firstCall: [call, offered, ...led, code, `the code redeemed at ${place}`, again, newToken, data],
    dueCall: [call, `a renewal made at ${place}`, newToken, data],
  }
}

/** Judges that these steps were taken in this order. @throws Violation of kind `step-skipped`, `step-added`, `step-repeated` or `other-order` */
export const inOrder = (expected: readonly Step[], seen: readonly Step[]): void => {
  if (expected.join('\n') === seen.join('\n')) return
  throw new Violation(kindOf(expected, seen), { expected: expected.join(' → '), actual: seen.join(' → ') })
}

const kindOf = (expected: readonly Step[], seen: readonly Step[]): string => {
  if (expected.some((step) => !seen.includes(step))) return 'step-skipped'
  if (seen.some((step) => !expected.includes(step))) return 'step-added'
  return seen.length > expected.length ? 'step-repeated' : 'other-order'
}
