import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import type { Answer } from './answers.ts'
import { answerTo, begin, deliver } from './answers.ts'
import { comesToNothing } from './refusals.ts'
import type { People } from './request.ts'
import { partiesOf, partiesSignIn } from './request.ts'

const isToken = (name: string) => ['wresult', 'id_token', 'code'].includes(name)
const isAction = (name: string) => name === 'wa'

/** One parameter written otherwise: not at all, or more often; `undefined` where an answer has none of that kind. */
const edited =
  (isMeant: (name: string) => boolean, edit: (value: string) => readonly string[]) =>
  (answer: Answer): Answer | undefined =>
    answer.fields.some(([name]) => isMeant(name))
      ? {
          ...answer,
          fields: answer.fields.flatMap(([name, value]): Pairs =>
            isMeant(name) ? edit(value).map((one) => [name, one]) : [[name, value]],
          ),
        }
      : undefined

/** Ways to spoil the form around a genuine token; `undefined` where an answer has not what would be spoilt. */
const ways: Readonly<Record<string, (answer: Answer) => Answer | undefined>> = {
  'no token': edited(isToken, () => []),
  'an empty token': edited(isToken, () => ['']),
  'half a token': edited(isToken, (value) => [value.slice(0, value.length / 2)]),
  'a token and another value': edited(isToken, (value) => [value, 'other']),
  'another value and a token': edited(isToken, (value) => ['other', value]),
  'a token in the query': (answer) => (answer.method === 'GET' ? undefined : { ...answer, method: 'GET' }),
  'an error beside the token': (answer) =>
    answer.fields.some(([name]) => isAction(name))
      ? undefined
      : { ...answer, fields: [...answer.fields, ['error', 'access_denied']] },
  'no wa': edited(isAction, () => []),
  'an unknown wa': edited(isAction, () => ['wsignin2.0']),
  'a wa of sign-out': edited(isAction, () => ['wsignout1.0']),
  'two wa': edited(isAction, (value) => [value, 'wsignout1.0']),
}

const spoilt = async (context: Context, people: People, way: string): Promise<void> => {
  const begun = await begin(context, people)
  const answer = await answerTo(begun)
  if (!answer.fields.some(([name]) => isToken(name))) {
    throw new Inconclusive('unreadable', 'the answer of the identity provider carries no token and no code')
  }
  const made = ways[way]?.(answer)
  if (made === undefined) return
  const asked = await deliver(context, begun.browser, made)
  if (asked.outcome.is === 'unreadable') throw new Inconclusive('unreadable', asked.outcome.why)
  comesToNothing(context, asked, `no response for ${people.party.realm} out of an answer with ${way}`)
}

/** A genuine token in a form that says nothing, or two things. */
export const malformedAnswer: Check = {
  id: 'sign-in.rejects-bad-upstream.malformed',
  title: 'a malformed answer is no sign-in',
  sends:
    'genuine upstream answers whose token is missing, cut off, there twice, in the query or beside an error, or whose wa is missing, unknown, another or there twice',
  owes: 'error row 2 or 4; no response for the party',
  clauses: ['sign-in.rejects-bad-upstream'],
  weaker: 'practice',
  attacks: ['WSF-17', 'WSF-18', 'OID-21'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: [
    'broker.assumes-sign-in',
    'broker.takes-first-of-repeated-parameters',
    'broker.takes-last-of-repeated-parameters',
  ],
  control: partiesSignIn,
  async run(context) {
    const cases = partiesOf(context).flatMap((people) => Object.keys(ways).map((way) => ({ people, way })))
    await context.each(cases, ({ people, way }) => spoilt(context, people, way))
  },
}
