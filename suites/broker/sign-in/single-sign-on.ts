import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import type { People } from './request.ts'
import { metadataOf, names, partiesOf, responseIn, seenBy, signIn, signInBy, speaks, trustOf, validSignIn } from './request.ts' // prettier-ignore

/** Three parties: what holds for the second may end with the third. */
const shape = { ...single, tenants: 2, partiesPerTenant: 3 }

/** The control: each party signs a user in, in a browser of its own. */
const eachPartySignsIn = async (context: Context) => {
  const trust = trustOf(context, await metadataOf(context))
  for (const { party, user } of partiesOf(context)) {
    const { assertion } = seenBy(party, trust, await signIn(context, validSignIn(context, party), user))
    if (!names(assertion, user))
      throw new Inconclusive('control', `${party.realm} sees somebody else than ${user.name}`)
  }
}

/** Whether a journey ended at a question for credentials, the provider's or the broker's. */
const asksForCredentials = ({ journey }: Asked): boolean => {
  const last = journey.at(-1)
  const next = last && nextOf(last)
  const asks = next?.is === 'page' && next.page.forms.some(({ password }) => password !== undefined)
  return asks || (last?.response?.headers.some(([name]) => name === 'www-authenticate') ?? false)
}

/** Once for all parties of a tenant. */
export const singleSignOn: Check = {
  id: 'sign-in.single-sign-on.each-party',
  title: 'a user who has signed in to one party is asked for no credentials at another',
  sends:
    'a sign-in with credentials at one party of a tenant, then sign-ins at its other parties in the same browser, in any order',
  owes: 'a response for the same user at each of them, without a question for credentials; the identity provider may be asked',
  clauses: ['sign-in.single-sign-on'],
  needs: { capabilities: ['speaks:metadata'], shape, scope: 'slice' },
  kills: ['broker.asks-anew-for-each-party', 'broker.asks-anew-for-the-third-party'],
  control: eachPartySignsIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const ofTenants = context.slice.tenants.map(({ id }) => partiesOf(context).filter(({ tenant }) => tenant.id === id))
    const visit = async ([first, ...others]: readonly People[]) => {
      if (first === undefined) throw new TypeError('nobody is visited')
      const { user } = first
      const browser = context.browser()
      seenBy(first.party, trust, await signIn(context, validSignIn(context, first.party), user, browser))
      for (const { party } of others) {
        const request = speaks(context, 'signIn').request(validSignIn(context, party), context.at)
        const asked = signInBy(context, await browser.go(request))
        const expected = `${user.name} at ${party.realm} without a question`
        if (asksForCredentials(asked))
          throw new Violation('asks-again', { expected, actual: 'a question for credentials' })
        if (!responseIn(asked.outcome)) throw new Violation('no-response', { expected, actual: describe(asked) })
        if (names(seenBy(party, trust, asked).assertion, user)) continue
        throw new Violation('another-user', { expected, actual: 'somebody else' })
      }
    }
    await context.each(
      ofTenants.map((parties) => parties.slice(0, 2)),
      visit,
    )
    const orders = fc
      .constantFrom(...ofTenants)
      .chain((parties) => fc.shuffledSubarray(parties, { minLength: Math.min(3, parties.length) }))
    await context.forEvery('orders', orders, Math.ceil(context.runs / 10), visit)
  },
}
