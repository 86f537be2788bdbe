import * as fc from 'fast-check'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import { eachKind, needing } from './needs.ts'
import type { People } from './request.ts'
import { partiesOf, signIn, validSignIn } from './request.ts'

/** What a check takes that lets a session grow old: the clock, and a universe to itself. */
export const needingTime: Check['needs'] = { ...needing(eachKind, 'clock'), scope: 'exclusive' }

/** How old a session may be when it is used again, in minutes: more than clocks differ, and less than 8 hours. */
const ages = fc.integer({ min: 20, max: 470 })

/** A sign-in in a browser that signed in to another party of the tenant a while ago; `began` is when, in ms. */
export type Later = { people: People; asked: Asked; began: number; minutes: number }

/** Holds something against sign-ins out of sessions of any age, at every tenant of the slice. */
export const forSessionsOfAnyAge = async (context: Context, holds: (later: Later) => void): Promise<void> => {
  for (const tenant of context.slice.tenants) {
    const [first, people = first] = partiesOf(context).filter((one) => one.tenant === tenant)
    if (first === undefined || people === undefined) continue
    await context.forEvery(tenant.upstream, ages, Math.ceil(context.runs / 10), async (minutes) => {
      const browser = context.browser()
      const began = context.clock.now()
      await signIn(context, validSignIn(context, first.party), first.user, browser)
      await context.clock.advance(minutes * 60_000)
      try {
        const asked = await signIn(context, validSignIn(context, people.party), people.user, browser)
        holds({ people, asked, began, minutes })
      } finally {
        await context.clock.reset()
      }
    })
  }
}
