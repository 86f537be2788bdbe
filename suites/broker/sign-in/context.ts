import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { needing } from './needs.ts'
import { metadataOf, partiesSignIn, peopleOf, seenBy, signIn, trustOf } from './request.ts'

/** Text of many scripts; the C1 controls are left out, which HTML cannot carry as references. */
const visible = fc
  .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xd7ff }))
  .map((code) => String.fromCharCode(code))
const contextsUpTo = (bytes: number): Record<string, fc.Arbitrary<string>> => ({
  text: fc.string({ unit: visible, minLength: 1, maxLength: Math.max(1, Math.min(64, Math.floor(bytes / 3))) }),
  long: fc.string({ unit: fc.constantFrom(...'abcdef0123456789'), minLength: Math.floor(bytes / 2), maxLength: bytes }),
  markup: fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '&amp;', '&#39;', ']]>', '%3C', 'a'),
    minLength: 1,
    maxLength: 12,
  }),
  elements: fc
    .tuple(label, fc.constantFrom('<b>', '<br/>', '<!-- -->', '<script>', '</form>', '< a >'), label)
    .map((parts) => parts.join('')),
  query: fc.string({
    unit: fc.constantFrom('&', '=', '#', '+', ' ', '%', '%20', ';', '?', '|'),
    minLength: 1,
    maxLength: 12,
  }),
  edges: fc.tuple(label, label).map(([one, other]) => ` ${one} ${other} `),
  percent: label.map((word) => `${word}%20%41%zz%2B`),
  structured: fc.tuple(fc.uuid(), fc.nat(99)).map(([id, number]) => `rm=${number}&id=${id}&ru=%2fsites%2fa`),
})

/** The context of the party, whatever is in it. */
export const contextUnchanged: Check = {
  id: 'sign-in.keeps-context.any-text',
  title: 'wctx comes back exactly as it was sent',
  sends:
    'valid sign-in requests with a wctx of markup, delimiters, percent signs, text of many scripts, long …, and without one',
  owes: 'the same wctx beside the response, once; none where none was sent',
  clauses: ['sign-in.keeps-context'],
  needs: needing(),
  kills: [
    'broker.omits-context',
    'broker.truncates-context',
    'broker.trims-context',
    'broker.decodes-context',
    'broker.strips-markup-from-context',
  ],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const { party, user } = peopleOf(context)
    const attempt = async (given: string | undefined) => {
      const asked = await signIn(context, { realm: party.realm, ...(given !== undefined && { context: given }) }, user)
      const { context: returned } = seenBy(party, trust, asked)
      if ((returned ?? '') === (given ?? '')) return
      throw new Violation('context', {
        expected: `the wctx ${JSON.stringify(given ?? null)}, unchanged`,
        actual: JSON.stringify(returned ?? null),
      })
    }
    await context.each([undefined, 'rm=0&id=passive&ru=%2f'], attempt)
    const forms = Object.entries(contextsUpTo(context.profile.stateBytes))
    for (const [index, [name, texts]] of forms.entries()) {
      await context.forEvery(name, texts, Math.floor((Math.ceil(context.runs / 2) + index) / forms.length), attempt)
    }
  },
}
