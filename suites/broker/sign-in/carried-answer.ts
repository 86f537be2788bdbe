import { single } from '../../../fixtures/world/slice.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { get, post } from '../../../harness/dialects/authorize.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Browser } from '../../../harness/agent/browser.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { WireRequest } from '../../../protocols/wire.ts'
import { describe } from '../authorize/request.ts'
import { pairsOf } from './other-directory.ts'
import type { People } from './request.ts'
import { partiesSignIn, responseIn, signInBy, speaks, validSignIn } from './request.ts'

const begin = (context: Context, { party }: People, browser: Browser) =>
  browser.go(speaks(context, 'signIn').request(validSignIn(context, party), context.at), undefined, 'idp')

/** The answer of the identity provider to a sign-in, before it is taken to the target. */
const answerFor = async (context: Context, people: People): Promise<WireRequest> => {
  const browser = context.browser()
  const asking = (await begin(context, people, browser)).at(-1)
  const there = asking && nextOf(asking)
  if (there?.is !== 'redirect' || !there.to.startsWith(context.at.idp)) {
    throw new Inconclusive('undelivered', 'the user was not sent to the identity provider')
  }
  const asked = get(context.at.idp, there.to.slice(context.at.idp.length))
  const last = (await browser.go(asked, people.user, 'target')).at(-1)
  const next = last && nextOf(last)
  if (last?.to !== 'idp' || next?.is !== 'form-post') {
    throw new Inconclusive('undelivered', 'the identity provider gave no answer that could be carried')
  }
  const { origin, pathname, search } = new URL(next.action)
  return post(origin, pathname + search, encodeForm(next.form.fields))
}

/** An answer in the browser of somebody who is about to sign in elsewhere. */
export const carriedAnswer: Check = {
  id: 'realm.no-interference.carried-answer',
  title: 'an answer of one tenant signs nobody in in the browser of a user of another',
  sends: "the answer to one browser's sign-in from a browser in which a user of another tenant has begun one",
  owes: 'no response: or an attacker signs others in as himself (RFC 9700 section 4.7)',
  clauses: ['realm.no-interference'],
  weaker: 'practice',
  attacks: ['WSF-10'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: ['broker.signs-in-any-returning-browser'],
  control: partiesSignIn,
  run: (context) =>
    context.each(pairsOf(context), async ({ own, other }) => {
      const browser = context.browser()
      await begin(context, other, browser)
      const asked = signInBy(context, await browser.go(await answerFor(context, own)))
      if (!responseIn(asked.outcome)) return
      const expected = `no response in the browser of ${other.user.name}`
      throw new Violation('carried', { expected, actual: describe(asked) })
    }),
}
