import * as fc from 'fast-check'

/** How many of each thing a history is about; parties, clients and users are those of each tenant. */
export const cast = { tenants: 2, parties: 2, clients: 2, users: 2, browsers: 3, uris: 4 } as const

/** Who answers: the first or the second user of the tenant that is asked, or somebody of another. */
export type Person = 'first' | 'second' | 'stranger'

/**
 * One thing that somebody does. Parties and clients are numbered through, those of the first tenant first. `request` and
 * `code` count from the oldest that is there, over and over; `node` is the node that the browser is led to, where there are several.
 */
export type Step =
  | { does: 'sign in'; browser: number; node: number; party: number; person: Person }
  | { does: 'ask for a code'; browser: number; node: number; client: number; uri: number }
  | { does: 'answer'; request: number; node: number; person: Person }
  | { does: 'redeem'; code: number; client: number; uri: number }
  | { does: 'sign out'; browser: number; node: number }

const among = (count: number) => fc.nat(count - 1)
const browser = fc.constantFrom(0, 0, 0, 1, 2)
const node = fc.constantFrom(0, 0, 0, 1, 2)
const anyone = fc.constantFrom<Person>('first', 'first', 'first', 'second', 'second', 'stranger')
const client = among(cast.tenants * cast.clients)
const uri = fc.constantFrom(0, 0, 1, 2, 3)
const newest = fc.constantFrom(0, 0, 1, 2)

const stepsBy = {
  'sign in': fc.record({
    does: fc.constant('sign in'),
    browser,
    node,
    party: among(cast.tenants * cast.parties),
    person: anyone,
  }),
  'ask for a code': fc.record({ does: fc.constant('ask for a code'), browser, node, client, uri }),
  answer: fc.record({ does: fc.constant('answer'), request: newest, node, person: anyone }),
  redeem: fc.record({ does: fc.constant('redeem'), code: newest, client, uri }),
  'sign out': fc.record({ does: fc.constant('sign out'), browser, node }),
} as const satisfies { [Does in Step['does']]: fc.Arbitrary<Extract<Step, { does: Does }>> }

const storiesOf = (weights: Partial<Record<Step['does'], number>>): fc.Arbitrary<History> => {
  const some = (Object.keys(weights) as Step['does'][]).map((does) => ({
    weight: weights[does] ?? 0,
    arbitrary: stepsBy[does] as fc.Arbitrary<Step>,
  }))
  return fc.array(fc.oneof(...some), { minLength: 6, maxLength: 14, size: 'max' }).map((one) => new History(one))
}

/** Histories by what they are mostly about; as JSON they read like a story. */
export const histories: Record<string, fc.Arbitrary<History>> = {
  codes: storiesOf({ 'ask for a code': 3, answer: 3, redeem: 2 }),
  'sign-ins': storiesOf({ 'sign in': 8, 'sign out': 1, 'ask for a code': 1, answer: 1 }),
  everything: storiesOf({ 'sign in': 4, 'ask for a code': 4, answer: 5, redeem: 4, 'sign out': 1 }),
}

/** What somebody does after another. A class for its `toJSON` alone: a report tells it in sentences. */
export class History {
  readonly steps: readonly Step[]

  constructor(steps: readonly Step[]) {
    this.steps = steps
  }

  toJSON(): string[] {
    return this.steps.map(sentenceOf)
  }
}

/** A1 is the first of the first tenant. */
const named = (index: number, ofEach: number): string =>
  `${String.fromCharCode(65 + Math.floor(index / ofEach))}${(index % ofEach) + 1}`

const whoIs = (person: Person) =>
  person === 'stranger' ? 'a user of the other tenant' : `the ${person} user of the tenant`

const sentences: { [Does in Step['does']]: (one: Extract<Step, { does: Does }>) => string } = {
  'sign in': (one) =>
    `${whoIs(one.person)} signs in at party ${named(one.party, cast.parties)} in browser ${one.browser + 1}, node ${one.node + 1}`,
  'ask for a code': (one) =>
    `client ${named(one.client, cast.clients)} asks for a code at its redirect URI ${one.uri + 1} in browser ${one.browser + 1}, node ${one.node + 1}`,
  answer: (one) => `${whoIs(one.person)} answers open request ${one.request + 1}, node ${one.node + 1}`,
  redeem: (one) =>
    `client ${named(one.client, cast.clients)} redeems code ${one.code + 1} with its redirect URI ${one.uri + 1}`,
  'sign out': (one) => `browser ${one.browser + 1} signs out, node ${one.node + 1}`,
}
const sentenceOf = (one: Step): string => (sentences[one.does] as (step: Step) => string)(one)
