import * as fc from 'fast-check'
import type { User } from '../../../fixtures/world/shapes.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import type { Registering } from '../../../harness/control/registration.ts'
import { get } from '../../../harness/dialects/authorize.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import { describe } from '../authorize/request.ts'
import { askingAnybody } from '../registration/consent.ts'
import { begin, directoriesOf, needs, newParty, registersParties, trusted, upstreamOf, visit } from '../registration/request.ts' // prettier-ignore
import { names, responseIn, seenBy } from '../sign-in/request.ts'
import { crossed, namesOf } from './stage.ts'

/** The people of two directories, the administrator of each first. */
const people = ["A's administrator", "A's user", "B's administrator", "B's user"] as const
/** The parties that are registered, each with the K2 tenant that has it. */
const tenancies = [0, 0, 1] as const

/** One thing that somebody does. `registration` counts from the newest that is open; who administers nothing consents for themselves alone. */
type Step =
  | { does: 'begin'; party: number }
  | { does: 'consent'; registration: number; person: number }
  | { does: 'register'; party: number; person: number }
  | { does: 'sign in'; party: number }

const party = fc.constantFrom(0, 1, 1, 1, 2)
const person = fc.constantFrom(0, 0, 2, 2, 1, 3)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ does: fc.constant('begin' as const), party }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('consent' as const), registration: fc.constantFrom(0, 0, 1, 2), person }) }, // prettier-ignore
  { weight: 9, arbitrary: fc.record({ does: fc.constant('register' as const), party, person }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('sign in' as const), party }) },
)

/** What somebody does after another. A class for its `toJSON` alone: a report tells it in sentences. */
class Story {
  readonly steps: readonly Step[]

  constructor(steps: readonly Step[]) {
    this.steps = steps
  }

  toJSON(): string[] {
    return this.steps.map((one) => {
      if (one.does === 'begin') return `somebody begins to register party ${partyName(one.party)}`
      if (one.does === 'register') return `${people[one.person]} registers party ${partyName(one.party)}`
      return one.does === 'consent'
        ? `${people[one.person]} consents to open registration ${one.registration + 1}, from the newest`
        : `everybody signs in at party ${partyName(one.party)}`
    })
  }
}

const partyName = (index: number) => `${index + 1} of K2 tenant ${(tenancies[index] ?? 0) + 1}`

/** At last everybody is seen to have what is theirs. */
const atLast: readonly Step[] = [0, 1].map((index) => ({ does: 'sign in', party: index }))

/** First somebody has a party, and then others come for the rest. */
const stories = fc
  .tuple(fc.constantFrom(0, 2), fc.array(step, { minLength: 6, maxLength: 9, size: 'max' }))
  .map(([first, steps]) => new Story([{ does: 'register', party: 0, person: first }, ...steps, ...atLast]))

/** Who is let in, as far as the documents say. */
type Binding = {
  /** The directories whose administrator has consented to a party of the K2 tenant. */
  consented: Set<string>
  /** The first of them; nothing once it is open which one the target took. */
  bound: string | undefined
  uncertain: boolean
}

/** What the documents say must come of registrations: the first consent of an administrator binds, and nothing else does. */
const makeModel = () => {
  const bindings = [0, 1].map((): Binding => ({ consented: new Set(), bound: undefined, uncertain: false }))
  const added = tenancies.map(() => false)
  const bindingOf = (index: number) => bindings[tenancies[index] ?? 0] ?? { consented: new Set<string>(), bound: undefined, uncertain: false } // prettier-ignore
  return {
    /** An administrator of a directory consents to a party; `newest`: no other registration of its K2 tenant was begun since. */
    consents(index: number, directory: string, newest: boolean) {
      const binding = bindingOf(index)
      binding.consented.add(directory)
      binding.uncertain ||= !newest
      binding.bound ??= directory
      if (binding.bound === directory && newest) added[index] = true
    },
    /** Whether a user of a directory may be let in at a party, and whether they must. */
    letsIn(index: number, directory: string) {
      const { bound, uncertain, consented } = bindingOf(index)
      return {
        may: uncertain ? consented.has(directory) : bound === directory,
        must: !uncertain && bound === directory && added[index] === true,
      }
    },
  }
}

type Begun = { party: number; browser: Browser; journey: Journey }

const play = async (context: Context, trust: PartyTrust, { steps }: Story): Promise<void> => {
  const [a, b] = directoriesOf(context)
  const everybody: readonly User[] = [a.administrator, a.user, b.administrator, b.user]
  const kinds = [newParty(context, a), newParty(context, b)]
  const parties = tenancies.map((tenancy): Registering => {
    const { tenancy: id = '', domain = '' } = kinds[tenancy] ?? {}
    return newParty(context, a, { tenancy: id, domain })
  })
  const [model, begun]: [ReturnType<typeof makeModel>, Begun[]] = [makeModel(), []]

  const opens = async (index: number) => {
    const [asked, browser] = [parties[index], context.browser()]
    if (asked) begun.unshift({ party: index, browser, journey: await begin(context, asked, browser) })
  }
  const consents = async (at: number, whose: number) => {
    const [user, [open]] = [everybody[whose], begun.splice(at, 1)]
    if (user === undefined || open === undefined) return
    const administers = user === a.administrator || user === b.administrator
    const answered = await consent(open, user, administers)
    if (answered && administers) model.consents(open.party, user.tenant, isNewest(open, begun, at))
  }
  for (const one of steps) {
    if (one.does === 'begin') await opens(one.party)
    if (one.does === 'register') {
      await opens(one.party)
      await consents(0, one.person)
    }
    if (one.does === 'consent') await consents(one.registration % Math.max(1, begun.length), one.person)
    const asked = one.does === 'sign in' ? parties[one.party] : undefined
    if (one.does !== 'sign in' || asked === undefined) continue
    for (const user of everybody)
      await signIn(context, trust, asked, user, everybody, model.letsIn(one.party, user.tenant))
  }
}

/** Whether no registration of the same K2 tenant was begun later that is still open. */
const isNewest = (open: Begun, others: readonly Begun[], at: number): boolean =>
  others.slice(0, at).every((one) => tenancies[one.party] !== tenancies[open.party])

/** Takes a registration to its end; whether it came back to the target. */
const consent = async ({ browser, journey }: Begun, user: User, administers: boolean): Promise<boolean> => {
  const upstream = upstreamOf(journey)
  if (upstream === undefined) return false
  const { origin, pathname, search } = new URL(administers ? upstream.url : askingAnybody(upstream.url))
  const rest = await browser.go(get(origin, pathname + search), user)
  const last = rest.at(-1)?.response
  if (last === undefined || last.status >= 500) throw new Inconclusive('unreadable', 'the target failed at a consent')
  return rest.some(({ to }) => to === 'target')
}

const signIn = async (
  context: Context,
  trust: PartyTrust,
  asked: Registering,
  user: User,
  everybody: readonly User[],
  owed: { may: boolean; must: boolean },
) => {
  const visited = await visit(context, asked, user)
  const expected = `${owed.may ? user.name : 'nobody'} at ${asked.realm}`
  const response = responseIn(visited.outcome)
  if (response === undefined) {
    if (owed.must) throw crossed('lost', expected, describe(visited))
    return
  }
  if (!owed.may) throw crossed('let-in', expected, describe(visited))
  if (response.action !== asked.reply) throw crossed('elsewhere', expected, `a response at ${response.action}`)
  const { assertion } = seenBy({ ...asked, tenant: user.tenant }, trust, visited)
  const strangers = everybody.filter((one) => one !== user && names(assertion, one))
  if (strangers.length > 0) throw crossed('another-user', expected, `one for ${namesOf(strangers)}`)
}

/** Whoever registers what in whatever order. */
export const registrationHistory: Check = {
  id: 'realm.no-interference.registration-history',
  title: 'in whatever order parties are registered and consented to, each lets in the users of its own directory alone',
  sends:
    'histories of up to twelve steps: registrations of three parties of two K2 tenants are begun, administrators and users of two directories consent to them, late and again, and people of both sign in',
  owes: 'what a model of the documents predicts: the first directory whose administrator consents is that of a K2 tenant, and nobody of another is let in',
  clauses: ['realm.no-interference'],
  needs,
  kills: ['broker.moves-tenancies'],
  control: registersParties,
  async run(context) {
    const trust = await trusted(context)
    await context.forEvery('registrations', stories, Math.ceil((context.runs * 3) / 20), (story) =>
      play(context, trust, story),
    )
  },
}
