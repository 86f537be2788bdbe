import type { Capability } from '../../../fixtures/clauses/clause.ts'
import type { Shape } from '../../../fixtures/world/shapes.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Dump } from '../../../harness/control/dump.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { scannerOf } from '../../../harness/record/canaries.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { registeredGetsCode } from '../authorize/request.ts'
import { eachKind } from '../sign-in/needs.ts'
import { partiesSignIn } from '../sign-in/request.ts'
import { keptOf } from './given-out.ts'
import type { Flows, Visit } from './visits.ts'
import { authorizations, eachOf, seriesOf, signIns } from './visits.ts'

/** A dump of another database would hold nothing that it must not: this one knows of the slice. */
const requireOwnDump = async ({ storage, slice: { tenants, clients, parties, check } }: Context): Promise<void> => {
  const registered = [
    ...tenants.map(({ id }) => id),
    ...clients.map(({ id }) => id),
    ...parties.map(({ realm }) => realm),
  ]
  const scan = scannerOf(registered.map((text) => ({ text, kind: 'registration', check })))
  if ((await storage()).some(({ bytes }) => scan(bytes).length > 0)) return
  throw new Inconclusive('control', 'the dump of the database shows no registration of this run: is it the right one?')
}

/** What a dump may hold: in the database nothing of users, in the log no more than their names. */
type Place = { read(context: Context): Promise<Dump>; users: boolean; name: string }
const database: Place = { read: ({ storage }) => storage(), users: true, name: 'the database' }
const log: Place = { read: ({ logs }) => logs(), users: false, name: 'the log' }

const requireNothingKept = async <Flow extends string>(
  context: Context,
  flows: Flows<Flow>,
  series: readonly Visit<Flow>[],
  place: Place,
): Promise<void> => {
  const exchanges: Exchange[] = []
  let browser = context.browser()
  for (const visit of series) {
    if (!visit.returning) browser = context.browser()
    exchanges.push(...(await flows.visit(context, visit, browser)))
  }
  const scan = keptOf(context, exchanges, place)
  for (const { name, bytes } of await place.read(context)) {
    const [kept] = scan(bytes)
    if (kept === undefined) continue
    throw new Violation(kept.canary.kind === 'code or token' ? 'token-kept' : 'user-kept', {
      expected: `no ${kept.canary.kind} in ${place.name}`,
      actual: `one, ${kept.form}, in ${name}, after ${series.map(({ flow }) => flow).join(', ')}`,
    })
  }
}

type Side<Flow extends string> = {
  flows: Flows<Flow>
  capabilities: readonly Capability[]
  shape: Shape
  works(context: Context): Promise<void>
}
const ofSignIn: Side<(typeof signIns.names)[number]> = {
  flows: signIns,
  capabilities: ['speaks:signIn', 'speaks:metadata'],
  shape: { ...single, ...eachKind },
  works: partiesSignIn,
}
const ofAuthorize: Side<(typeof authorizations.names)[number]> = {
  flows: authorizations,
  capabilities: ['oauth', 'speaks:authorize'],
  shape: single,
  works: registeredGetsCode,
}

const keepsNothing = <Flow extends string>(
  told: Pick<Check, 'id' | 'title' | 'sends' | 'owes' | 'kills'>,
  { flows, capabilities, shape, works }: Side<Flow>,
  place: Place,
): Check => ({
  ...told,
  clauses: ['storage.no-tokens'],
  ...(place === log && { weaker: 'practice' }),
  needs: { capabilities: [...capabilities, ...(place === log ? (['logs'] as const) : [])], shape, scope: 'exclusive' },
  async control(context) {
    await works(context)
    await (place === log ? log.read(context) : requireOwnDump(context))
  },
  async run(context) {
    await context.each(eachOf(flows), (visit) => requireNothingKept(context, flows, [visit], place))
    const series = seriesOf(flows, context)
    await context.forEvery('visits', series, Math.ceil(context.runs / 5), (visits) =>
      requireNothingKept(context, flows, visits, place),
    )
  },
})

const series = 'and one to four visits after each other, with contexts or states of any length'

/** The database after sign-ins. */
export const signInsUnkept: Check = keepsNothing(
  {
    id: 'storage.no-tokens.sign-in',
    title: 'no sign-in leaves a token or a user in the database',
    sends: `sign-ins that succeed, that the identity provider refuses, and whose token is for somebody else, each alone, ${series}`,
    owes: 'a dump without the name or object id of a user, and without a token, however it is encoded',
    kills: [
      'broker.stores-upstream-tokens',
      'broker.stores-issued-tokens',
      'broker.stores-user-names',
      'broker.stores-object-ids',
      'broker.stores-long-visits',
    ],
  },
  ofSignIn,
  database,
)

/** The database after authorize flows. */
export const codesUnkept: Check = keepsNothing(
  {
    id: 'storage.no-tokens.authorize',
    title: 'no authorize flow leaves a code, a token or a user in the database',
    sends: `flows whose code is redeemed once, twice or never, and one that is refused, each alone, ${series}`,
    owes: 'a dump without the name or object id of a user, and without a code or a token, however it is encoded',
    kills: [
      'broker.stores-codes',
      'broker.stores-refused-codes',
      'broker.stores-redeemed-tokens',
      'broker.stores-long-visits',
    ],
  },
  ofAuthorize,
  database,
)

/** The log after sign-ins; a user's name may be in it. */
export const signInsUnlogged: Check = keepsNothing(
  {
    id: 'storage.no-tokens.sign-in-logged',
    title: 'no sign-in leaves a token in the log',
    sends: `the sign-ins of storage.no-tokens.sign-in, each alone, ${series}`,
    owes: 'a log without a token, however it is encoded',
    kills: ['broker.logs-tokens-of-long-visits'],
  },
  ofSignIn,
  log,
)

/** The log after authorize flows. */
export const codesUnlogged: Check = keepsNothing(
  {
    id: 'storage.no-tokens.authorize-logged',
    title: 'no authorize flow leaves a code or a token in the log',
    sends: `the flows of storage.no-tokens.authorize, each alone, ${series}`,
    owes: 'a log without a code or a token, however it is encoded',
    kills: ['broker.logs-codes', 'broker.logs-tokens-of-long-visits'],
  },
  ofAuthorize,
  log,
)
