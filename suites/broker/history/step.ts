import * as fc from 'fast-check'

/** How many of each thing a history is about; parties, clients and users are those of each tenant. */
export const cast = { tenants: 2, parties: 2, clients: 2, users: 2, browsers: 3, uris: 4 } as const

/** Who answers: the first or the second user of the tenant that is asked, or somebody of another. */
export type Person = 'first' | 'second' | 'stranger'

/**
 * One thing that somebody does, or that happens. Parties and clients are numbered through, those of the first tenant first. `request`,
 * `code` and `token` count from the oldest that is there, over and over, a token being what a code or a renewal bought; `node` is the
 * node that the browser is led to, where there are several. `client: 'own'` is the one that got the token.
 */
export type Step =
  | { does: 'sign in'; browser: number; node: number; party: number; person: Person }
  | { does: 'ask for a code'; browser: number; node: number; client: number; uri: number }
  | { does: 'answer'; request: number; node: number; person: Person }
  | { does: 'redeem'; code: number; client: number; uri: number }
  | { does: 'get tokens'; browser: number; node: number; client: number; uri: number; person: Person }
  | { does: 'renew'; token: number; client: number | 'own'; uri: number }
  | { does: 'ask for app-only'; token: number; client: number | 'own' }
  | { does: 'sign out'; browser: number; node: number }
  | { does: 'restart' }
  | { does: 'wait'; hours: number }

const among = (count: number) => fc.nat(count - 1)
const browser = fc.constantFrom(0, 0, 0, 1, 2)
const node = fc.constantFrom(0, 0, 0, 1, 2)
const anyone = fc.constantFrom<Person>('first', 'first', 'first', 'second', 'second', 'stranger')
const client = among(cast.tenants * cast.clients)
const uri = fc.constantFrom(0, 0, 1, 2, 3)
const newest = fc.constantFrom(0, 0, 1, 2)
const ownOr = (one: fc.Arbitrary<number>) => fc.oneof({ weight: 3, arbitrary: fc.constant('own' as const) }, one)

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
  'get tokens': fc.record({
    does: fc.constant('get tokens'),
    browser: among(cast.browsers),
    node,
    client: fc.constantFrom(0, 0, 0, 1, 2, 3),
    uri,
    person: fc.constantFrom<Person>('first', 'second'),
  }),
  renew: fc.record({ does: fc.constant('renew'), token: newest, client: ownOr(client), uri }),
  'ask for app-only': fc.record({ does: fc.constant('ask for app-only'), token: newest, client: ownOr(client) }),
  'sign out': fc.record({ does: fc.constant('sign out'), browser, node }),
  restart: fc.record({ does: fc.constant('restart') }),
  wait: fc.record({ does: fc.constant('wait'), hours: fc.integer({ min: 1, max: 7 }) }),
} as const satisfies { [Does in Step['does']]: fc.Arbitrary<Extract<Step, { does: Does }>> }

const storiesOf = (
  weights: Partial<Record<Step['does'], number>>,
  steps: { [Does in Step['does']]?: fc.Arbitrary<Step> } = stepsBy,
): fc.Arbitrary<History> => {
  const some = (Object.keys(weights) as Step['does'][]).map((does) => ({
    weight: weights[does] ?? 0,
    arbitrary: steps[does] ?? (stepsBy[does] as fc.Arbitrary<Step>),
  }))
  return fc.array(fc.oneof(...some), { minLength: 6, maxLength: 14, size: 'max' }).map((one) => new History(one))
}

/** Histories of some kinds, by name. */
export type Stories = Record<string, fc.Arbitrary<History>>

/** Histories by what they are mostly about; as JSON they read like a story. */
export const histories: Stories = {
  codes: storiesOf({ 'ask for a code': 3, answer: 3, redeem: 2 }),
  'sign-ins': storiesOf({ 'sign in': 8, 'sign out': 1, 'ask for a code': 1, answer: 1 }),
  everything: storiesOf({ 'sign in': 4, 'ask for a code': 4, answer: 5, redeem: 4, 'sign out': 1 }),
}

/** Histories in which tokens are renewed. */
export const renewals: Stories = { renewals: storiesOf({ 'get tokens': 5, renew: 4, redeem: 1, 'sign out': 1 }) }

/** Histories in which tokens of users are brought for app-only tokens. */
export const appOnlyStories: Stories = {
  'app-only': storiesOf(
    { 'get tokens': 4, renew: 1, 'ask for app-only': 5 },
    {
      'get tokens': stepsBy['get tokens'].map((one) => ({ ...one, client: one.uri % 2 === 0 ? 1 : 3 })),
      'ask for app-only': fc.record({
        does: fc.constant('ask for app-only'),
        token: newest,
        client: fc.oneof(fc.constant('own' as const), fc.constantFrom(1, 3, 1, 3, 0, 2)),
      }),
    },
  ),
}

/** Histories in which the target is restarted, from the first step on. */
export const restarts: Stories = {
  codes: storiesOf(
    { 'ask for a code': 5, answer: 3, restart: 4 },
    {
      'ask for a code': stepsBy['ask for a code'].map((one) => ({ ...one, browser: 0 })),
      answer: stepsBy.answer.map((one) => ({ ...one, request: 0 })),
    },
  ).map(({ steps }) => new History([{ does: 'restart' }, ...steps.slice(1)])),
  everything: storiesOf({ 'sign in': 3, 'ask for a code': 3, answer: 3, 'get tokens': 2, renew: 2, restart: 2 }),
}

/** Histories in which hours pass. */
export const waits: Stories = {
  'sign-ins': storiesOf({ 'sign in': 8, 'sign out': 1, wait: 3 }),
  everything: storiesOf({ 'sign in': 4, 'get tokens': 3, redeem: 1, renew: 4, 'sign out': 1, wait: 2 }),
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

const bearerOf = (whose: number | 'own') =>
  whose === 'own' ? 'its own client' : `client ${named(whose, cast.clients)}`

const sentences: { [Does in Step['does']]: (one: Extract<Step, { does: Does }>) => string } = {
  'sign in': (one) =>
    `${whoIs(one.person)} signs in at party ${named(one.party, cast.parties)} in browser ${one.browser + 1}, node ${one.node + 1}`,
  'ask for a code': (one) =>
    `client ${named(one.client, cast.clients)} asks for a code at its redirect URI ${one.uri + 1} in browser ${one.browser + 1}, node ${one.node + 1}`,
  answer: (one) => `${whoIs(one.person)} answers open request ${one.request + 1}, node ${one.node + 1}`,
  redeem: (one) =>
    `client ${named(one.client, cast.clients)} redeems code ${one.code + 1} with its redirect URI ${one.uri + 1}`,
  renew: (one) => `${bearerOf(one.client)} renews token ${one.token + 1} with its redirect URI ${one.uri + 1}`,
  'ask for app-only': (one) => `${bearerOf(one.client)} asks for an app-only token with token ${one.token + 1}`,
  'get tokens': (one) =>
    `${whoIs(one.person)} gets client ${named(one.client, cast.clients)} tokens at its redirect URI ${one.uri + 1} in browser ${one.browser + 1}, node ${one.node + 1}`,
  'sign out': (one) => `browser ${one.browser + 1} signs out, node ${one.node + 1}`,
  restart: () => 'the target is restarted',
  wait: ({ hours }) => (hours === 1 ? 'an hour passes' : `${hours} hours pass`),
}
const sentenceOf = (one: Step): string => (sentences[one.does] as (step: Step) => string)(one)
