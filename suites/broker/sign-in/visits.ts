import * as fc from 'fast-check'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { eachKind, needing } from './needs.ts'
import type { People } from './request.ts'
import {
  metadataOf,
  partiesOf,
  partiesSignIn,
  seenBy,
  signIn,
  signInBy,
  speaks,
  trustOf,
  validSignIn,
} from './request.ts'
import { hasOneAudience, hasRegisteredVersion } from './token.ts'

/** One party after the other, some of them again. */
const visitsTo = (parties: readonly People[]) =>
  fc.array(fc.constantFrom(...parties.keys()), { minLength: 3, maxLength: 5 })

const visited = (parties: readonly People[], visits: readonly number[]): People[] =>
  visits.flatMap((index) => parties[index] ?? [])

/** Each token of a browser is new, and for the party that asked. */
export const manyParties: Check = {
  id: 'sign-in.reissues.many-parties',
  title: 'every token that one browser gets is a new one for the party that asked, in its version',
  sends: 'valid sign-ins at several parties of two tenants in one browser, at some of them again',
  owes: 'an assertion with an id of its own, for that party alone, in the version that it is registered for',
  clauses: ['sign-in.reissues', 'sign-in.audience', 'sign-in.token-type'],
  needs: needing(eachKind),
  kills: [
    'broker.numbers-tokens-by-session',
    'broker.names-every-party-as-audience',
    'broker.issues-saml20-out-of-sessions',
  ],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const parties = partiesOf(context)
    await context.forEvery('visits', visitsTo(parties), Math.ceil(context.runs / 5), async (visits) => {
      const browser = context.browser()
      const ids = new Set<string>()
      for (const { party, user } of visited(parties, visits)) {
        const asked = await signIn(context, validSignIn(context, party), user, browser)
        hasRegisteredVersion(context, party, asked)
        const seen = seenBy(party, trust, asked)
        hasOneAudience(party, seen)
        const { id } = seen.assertion
        if (ids.has(id)) {
          throw new Violation('same-id', { expected: 'an assertion with an id of its own', actual: `${id} twice` })
        }
        ids.add(id)
      }
    })
  },
}

/** Begins a sign-in in a browser of its own and stops before the identity provider. */
const begin = async (context: Context, { party }: People) => {
  const browser = context.browser()
  const request = speaks(context, 'signIn').request(validSignIn(context, party), context.at)
  return { browser, journey: await browser.go(request, undefined, 'idp') }
}

/** Answers find the party that asked, whoever asks meanwhile. */
export const interleavedReplies: Check = {
  id: 'sign-in.posts-to-registered-reply.interleaved',
  title: 'the result of a sign-in goes to the party that asked, whichever others are begun meanwhile',
  sends:
    'sign-ins at several parties, each in a browser of its own, begun one after the other and finished in any order',
  owes: 'each result at the registered URL of its own party',
  clauses: ['sign-in.posts-to-registered-reply'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: needing(eachKind),
  kills: ['broker.posts-to-newest-party'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const parties = partiesOf(context)
    const orders = fc.shuffledSubarray([...parties.keys()], { minLength: 2 })
    await context.forEvery('orders', orders, Math.ceil(context.runs / 5), async (order) => {
      const begun = new Map<People, Awaited<ReturnType<typeof begin>>>()
      for (const people of parties.filter((_, index) => order.includes(index))) {
        begun.set(people, await begin(context, people))
      }
      for (const people of visited(parties, order)) {
        const { browser, journey } = begun.get(people) ?? (await begin(context, people))
        const asked = signInBy(context, await browser.resume(journey, people.user))
        seenBy(people.party, trust, asked, ['not-here'])
      }
    })
  },
}
