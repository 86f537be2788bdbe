import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import type { People } from './request.ts'
import { metadataOf, names, partiesOf, partiesSignIn, responseIn, seenBy, signInBy, speaks, trustOf } from './request.ts' // prettier-ignore

const windows = 3

/** A sign-in: at which party, in which browser, and how many others begin before it is finished. */
type Flow = { party: number; window: number; lasts: number }
type Begun = { flow: Flow; people: People; browser: Browser; context: string; journey: Journey; ends: number }
type Done = Begun & { asked: Asked }

/** Most of them in one browser and finished at once, so that many begin where there is a session already. */
const flows = (parties: number): fc.Arbitrary<Flow[]> => {
  const flow = {
    party: fc.nat(parties - 1),
    window: fc.constantFrom(0, 0, 0, 1, 2),
    lasts: fc.constantFrom(0, 0, 1, 3),
  }
  return fc.array(fc.record(flow), { minLength: 3, maxLength: 8, size: 'max' })
}

/** Each browser is one person in each tenant. */
const peopleAt = (context: Context, { party, window }: Flow): People => {
  const people = partiesOf(context)[party]
  const user = context.slice.users.filter(({ tenant }) => tenant === people?.tenant.id)[window]
  if (people === undefined || user === undefined) throw new TypeError('the slice is too small')
  return { ...people, user }
}

const play = async (context: Context, story: readonly Flow[]): Promise<Done[]> => {
  const browsers = Array.from({ length: windows }, () => context.browser())
  const [open, done]: [Begun[], Done[]] = [[], []]
  const finish = async (one: Begun) => {
    const rest = await one.browser.resume(one.journey, one.people.user)
    done.push({ ...one, asked: signInBy(context, [...one.journey, ...rest]) })
  }
  for (const [index, flow] of story.entries()) {
    const people = peopleAt(context, flow)
    const browser = browsers[flow.window] ?? context.browser()
    const wctx = `flow-${index}-${context.slice.tag}`
    const request = speaks(context, 'signIn').request({ realm: people.party.realm, context: wctx }, context.at)
    const journey = await browser.go(request, undefined, 'idp')
    open.push({ flow, people, browser, context: wctx, journey, ends: index + flow.lasts })
    for (const one of open.filter(({ ends }) => ends === index)) await finish(one)
  }
  for (const one of open.filter(({ ends }) => ends >= story.length)) await finish(one)
  return done
}

/**
 * Nothing of another flow may have come with this one. A broker may keep one sign-in or one session for each browser: one
 * that is lost beside others of the same browser says nothing.
 */
const untouched = (context: Context, trust: PartyTrust, one: Done, all: readonly Done[]): void => {
  const { people, flow, asked } = one
  const { party, user } = people
  const expected = `${user.name} at ${party.realm} with the wctx ${one.context}`
  const response = responseIn(asked.outcome)
  if (!response) {
    const alone = all.every((other) => other === one || other.flow.window !== flow.window)
    if (alone) throw new Violation('lost', { expected, actual: describe(asked) })
    return
  }
  const crossed = (kind: string, actual: string) => new Violation(kind, { expected, actual })
  const elsewhere = partiesOf(context).find((other) => other.party !== party && other.party.reply === response.action)
  if (elsewhere) throw crossed('another-party', `a response at ${response.action}`)
  const { assertion, context: returned } = seenBy(party, trust, asked, ['wrong-audience'])
  if (returned !== one.context && all.some((other) => other.context === returned)) {
    throw crossed('another-context', `the wctx ${returned}`)
  }
  const others = context.slice.users.filter((other) => other !== user && names(assertion, other))
  if (others.length > 0) throw crossed('another-user', others.map(({ name }) => name).join(' and '))
  if (!names(assertion, user)) throw new Inconclusive('unreadable', 'the response names nobody who is known')
}

/** Tenants, parties and browsers at once. */
export const interleavedSignIns: Check = {
  id: 'realm.no-interference.interleaved',
  title: 'sign-ins of several tenants, parties and browsers never get at each other',
  sends: 'three to eight sign-ins at the parties of two tenants, begun in three browsers and finished in another order',
  owes: 'each response at the party that asked, with its own wctx, for the person who sits at that browser',
  clauses: ['realm.no-interference'],
  attacks: ['TEN-17'],
  needs: {
    capabilities: ['speaks:metadata'],
    shape: { ...single, tenants: 2, partiesPerTenant: 2, usersPerTenant: windows },
    scope: 'slice',
  },
  kills: ['broker.answers-newest-sign-in', 'broker.takes-newest-of-sessions', 'broker.shares-sessions-among-tenants'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const hold = async (story: readonly Flow[]) => {
      const done = await play(context, story)
      for (const one of done) untouched(context, trust, one, done)
    }
    await context.forEvery('flows', flows(partiesOf(context).length), Math.ceil(context.runs / 5), hold)
  },
}
