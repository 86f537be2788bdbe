import * as fc from 'fast-check'
import type { Check } from '../../../harness/judge/check.ts'
import { buysNothing } from './judgement.ts'
import { needsOf, peopleOf, redeems, userGetsAppOnly } from './request.ts'

const base64url = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))

/** What is no token of anybody, by form; each is dealt its share of the runs. */
export const garbage: Record<string, fc.Arbitrary<string>> = {
  words: fc.string({ unit: visible, minLength: 1, maxLength: 40 }),
  opaque: fc.string({ unit: base64url, minLength: 1, maxLength: 64 }),
  'long-opaque': fc.string({ unit: base64url, minLength: 80, maxLength: 250 }),
  dotted: fc
    .array(fc.string({ unit: base64url, minLength: 0, maxLength: 60 }), { minLength: 2, maxLength: 5 })
    .map((parts) => parts.join('.')),
}

/** No token, and what is none. */
export const nobodysToken: Check = {
  id: 'app-only.needs-user-token.none',
  title: 'without the access token of a user there is no app-only token',
  sends:
    'requests for an app-only token that are valid but for the user token: none, an empty one, words, strings like tokens',
  owes: "a refusal of each, before the client's secret is used for a grant",
  clauses: ['app-only.needs-user-token'],
  attacks: ['BTE-12'],
  applies: redeems,
  needs: needsOf(),
  kills: [
    'broker.grants-app-only-without-token',
    'broker.takes-opaque-user-tokens',
    'broker.takes-long-opaque-user-tokens',
    'broker.asks-app-only-before-validation',
    'broker.asks-app-only-before-long-opaque-tokens',
  ],
  control: userGetsAppOnly,
  async run(context) {
    const people = peopleOf(context)
    const attempt = (token: string | readonly string[]) =>
      buysNothing(context, people, token, `the user token ${JSON.stringify(token)}`)
    await context.each<string | readonly string[]>([[], '', 'garbage', 'null', '..', 'e30.e30.', 'a.b.c'], attempt)
    const forms = Object.entries(garbage)
    for (const [index, [name, tokens]] of forms.entries())
      await context.forEvery(name, tokens, Math.floor((Math.ceil(context.runs / 2) + index) / forms.length), attempt)
  },
}
