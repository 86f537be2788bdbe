import { single } from '../../../fixtures/world/slice.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import type { People } from './request.ts'
import { metadataOf, partiesOf, partiesSignIn, responseIn, seenBy, signIn, signInBy, speaks, trustOf, validSignIn } from './request.ts' // prettier-ignore

type Visit = { people: People; asked: Asked }

/** One after the other in one browser, from one session. */
const inTurn = async (context: Context, all: readonly People[]): Promise<Visit[]> => {
  const browser = context.browser()
  const visits: Visit[] = []
  for (const people of all) {
    const asked = await signIn(context, validSignIn(context, people.party), people.user, browser)
    visits.push({ people, asked })
  }
  return visits
}

/** All begun before the first is finished, each in a browser of its own. */
const atOnce = async (context: Context, all: readonly People[]): Promise<Visit[]> => {
  const begun = []
  for (const people of all) {
    const browser = context.browser()
    const request = speaks(context, 'signIn').request(validSignIn(context, people.party), context.at)
    begun.push({ people, browser, journey: await browser.go(request, undefined, 'idp') })
  }
  const visits: Visit[] = []
  for (const { people, browser, journey } of begun) {
    const rest = await browser.resume(journey, people.user)
    visits.push({ people, asked: signInBy(context, [...journey, ...rest]) })
  }
  return visits
}

/** Several parties behind one directory. */
export const ownUrls: Check = {
  id: 'realm.shared-directory.own-urls',
  title: 'parties that share a directory each keep their own URL and realm',
  sends:
    "a user's sign-ins at three parties of one directory: one after the other in one browser, and all at once in three",
  owes: "each response at the URL of the party that asked, for that party's realm",
  clauses: ['realm.shared-directory'],
  needs: {
    capabilities: ['speaks:metadata'],
    shape: { ...single, tenants: 2, partiesPerTenant: 3 },
    scope: 'slice',
  },
  kills: ['broker.serves-one-party-per-directory'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const ofTenants = context.slice.tenants.map(({ id }) => partiesOf(context).filter(({ tenant }) => tenant.id === id))
    const ways = [inTurn, atOnce]
    await context.each(
      [...ofTenants.keys()].flatMap((tenant) => ways.map((_, way) => ({ tenant, way }))),
      async (at) => {
        const visits = (await ways[at.way]?.(context, ofTenants[at.tenant] ?? [])) ?? []
        for (const { people, asked } of visits) {
          const { party } = people
          const response = responseIn(asked.outcome)
          if (!response) throw new Inconclusive('unreadable', `no response came for ${party.realm}: ${describe(asked)}`)
          const sibling = partiesOf(context).find((one) => one.party !== party && one.party.reply === response.action)
          if (sibling) {
            throw new Violation('sibling', {
              expected: `a response at ${party.reply}`,
              actual: `one at ${response.action}`,
            })
          }
          seenBy(party, trust, asked, ['wrong-audience'])
        }
      },
    )
  },
}
