import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import type { ErrorRowId, TriggeredRowId } from '../../../fixtures/error-table.ts'
import { documentedRows } from '../../../fixtures/error-table.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { registeredGetsCode } from '../authorize/request.ts'
import { metadataOf, partiesOf, partiesSignIn, partiesSignInOver, signIn, validSignIn } from '../sign-in/request.ts'
import { askedFor, authorized, calledBack, plainPage, redeemed, trigger, triggered, worded, worksAtAll } from './causes.ts' // prettier-ignore
import { errorPageOf, showsRow } from './page.ts'

type Side = 'sign-in' | 'oauth'
type Attempt = (journey: Promise<Journey>, realm?: string) => Promise<void>
type RowCheck = Pick<Check, 'kills'> & {
  row: ErrorRowId
  name: string
  side: Side
  sends: string
  /** Capabilities beside those of the clause. */
  beside?: Check['needs']['capabilities']
  tenants?: number
  applies?: Check['applies']
  control?: Check['control']
  /** Causes the row in one way and another. */
  causes(context: Context, attempt: Attempt): Promise<void>
}

const controls: Record<Side, Check['control']> = { 'sign-in': partiesSignIn, oauth: registeredGetsCode }
const federation = ['speaks:metadata'] as const

/** A row is reached by its cause, with its text, its details and its declared numbers. */
const rowCheck = ({
  row,
  name,
  side,
  sends,
  beside,
  tenants = 1,
  applies,
  control,
  kills,
  causes,
}: RowCheck): Check => {
  const { number, when, text, detailsInMessage } = documentedRows[row]
  return {
    id: `errors.row-${row}.${name}`,
    title: `error row ${number} is shown when ${when}`,
    sends,
    owes: `"${text.join('…')}"${detailsInMessage ? ' with details' : ''}, and the code, id and status that the target declares`,
    clauses: [`errors.row-${row}`],
    applies: applies ?? worded(row),
    needs: {
      capabilities: beside ?? (side === 'sign-in' ? federation : []),
      shape: { ...single, tenants },
      scope: 'slice',
    },
    kills,
    control: control ?? controls[side],
    async run(context) {
      const plain = detailsInMessage ? await plainPage(context, side) : undefined
      await causes(context, async (journey, realm) => {
        const page = errorPageOf(await journey, `what should cause error row ${number}`)
        showsRow(context, row, page, { plain, ...(realm !== undefined && { realm }) })
      })
    },
  } // prettier-ignore
}

/** A row that a declared request ends in. */
const triggeredRow = (
  row: TriggeredRowId,
  { kills, ...more }: Pick<RowCheck, 'kills'> & Partial<Pick<RowCheck, 'beside' | 'control'>>,
): Check =>
  rowCheck({
    ...more,
    row,
    name: 'triggered',
    side: 'sign-in',
    sends: 'the request that the target declares for this row, twice',
    applies: triggered(row),
    kills,
    causes: (context, attempt) => context.each([1, 2], () => attempt(trigger(context, row))),
  })

/** Row 1 has no documented cause. */
const unhandled = triggeredRow('unhandled', {
  beside: [],
  control: worksAtAll,
  kills: ['broker.words-failures-its-own-way'],
})

/** Row 2: what is no sign-in request or response. */
const notFederation = rowCheck({
  row: 'not-ws-federation',
  name: 'no-request',
  side: 'sign-in',
  sends: 'requests without wa, with one that is unknown, and with neither wtrealm nor wreply',
  kills: ['broker.words-malformed-requests-as-failures'],
  async causes(context, attempt) {
    const cases: SignInInput[] = [
      { action: [] },
      { action: 'wsignin2.0' },
      { action: 'wattr1.0' },
      { realm: [], context: 'alone' },
    ]
    await context.each(cases, (changed) => attempt(askedFor(context, changed)))
    const words = fc.array(label, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('.'))
    await context.forEvery('actions', words, Math.ceil(context.runs / 5), (action) =>
      attempt(askedFor(context, { action })),
    )
  },
})

/** Row 3 has no documented cause. */
const signInRequest = triggeredRow('sign-in-request', { kills: ['broker.omits-details'] })

/** Row 4: an answer of the identity provider that is not believed. */
const signInResponse = (over: 'wsfed' | 'oidc', name: string, mode: HostileModeId, what: string): Check =>
  rowCheck({
    row: 'sign-in-response',
    name,
    side: 'sign-in',
    sends: `valid sign-in requests whose identity provider answers with ${what}`,
    beside: [...federation, over === 'oidc' ? 'oidc' : 'wsfed-upstream'],
    tenants: 2,
    applies: (dialect, declared) =>
      dialect.upstream ? worded('sign-in-response')(dialect, declared) : 'dialect.upstream',
    kills: ['broker.blames-request-for-response', 'broker.shows-code-of-another-row', 'broker.omits-details'],
    control: (context) => partiesSignInOver(context, over),
    async causes(context, attempt) {
      context.hostile(mode)
      await context.each(partiesOf(context, over), ({ party, user }) =>
        attempt(signIn(context, validSignIn(context, party), user).then(({ journey }) => journey)),
      )
      context.hostile()
    },
  })

/** Row 5 has no documented cause. */
const signOutRequest = triggeredRow('sign-out-request', { kills: ['broker.words-sign-outs-as-sign-ins'] })

/** Row 6: metadata that cannot be generated. */
const metadata = triggeredRow('metadata', {
  beside: [],
  control: async (context) => void (await metadataOf(context)),
  kills: ['broker.words-metadata-failures-its-own-way'],
})

/** Realms of nobody, short and long. */
export const realmsOfNobody = ({ slice: { tag } }: Context): Record<'short' | 'long', fc.Arbitrary<string>> => ({
  short: label.map((word) => `urn:${word}:${tag}`),
  long: fc
    .array(label, { minLength: 8, maxLength: 40 })
    .map((words) => `https://stranger-${tag}.test/${words.join('/').padEnd(80, 'x')}/`),
})

/** Row 7: a realm that is nobody's. */
const unknownRealm = rowCheck({
  row: 'unknown-realm',
  name: 'stranger',
  side: 'sign-in',
  sends: 'sign-in requests of realms that are not registered, short and long',
  kills: ['broker.omits-realm', 'broker.omits-long-realms', 'broker.shows-another-code-for-long-realms'],
  async causes(context, attempt) {
    const { tag } = context.slice
    const ask = (realm: string) => attempt(askedFor(context, { realm }), realm)
    await context.each([`urn:stranger:${tag}`, `https://stranger-${tag}.test/`], ask)
    for (const [name, realms] of Object.entries(realmsOfNobody(context))) {
      await context.forEvery(name, realms, Math.ceil(context.runs / 5), ask)
    }
  },
})

/** Row 8: a version of OAuth other than 2.0. */
const oauthVersion = rowCheck({
  row: 'oauth-version',
  name: 'others',
  side: 'oauth',
  sends: 'valid authorization requests whose path names another version',
  applies: (dialect, declared) =>
    dialect.versionPath === null ? 'dialect.versionPath' : worded('oauth-version')(dialect, declared),
  kills: ['broker.words-versions-its-own-way'],
  async causes(context, attempt) {
    await context.each(['1', '3'], (version) => attempt(authorized(context, { version })))
    const others = fc.integer({ min: 3, max: 999 }).map(String)
    await context.forEvery('numbers', others, Math.ceil(context.runs / 5), (version) =>
      attempt(authorized(context, { version })),
    )
  },
})

/** Response types that are not code. */
export const otherTypes = {
  single: fc.constantFrom('token', 'id_token', 'none', 'device'),
  combined: fc
    .shuffledSubarray(['token', 'id_token', 'none', 'code'], { minLength: 2, maxLength: 3 })
    .map((words) => words.join(' ')),
} as const

/** Row 9: an authorization request that is not a normal authorization flow. */
const authorizationRequest = rowCheck({
  row: 'authorization-request',
  name: 'response-types',
  side: 'oauth',
  sends: 'valid authorization requests with other response types, alone and combined',
  kills: [
    'broker.words-response-types-its-own-way',
    'broker.omits-details-of-authorization',
    'broker.omits-details-of-combined-types',
    'broker.shows-another-code-for-combined-types',
  ],
  async causes(context, attempt) {
    const ask = (responseType: string) => attempt(authorized(context, { responseType }))
    await context.each(['token', 'id_token'], ask)
    for (const [name, types] of Object.entries(otherTypes)) {
      await context.forEvery(name, types, Math.ceil(context.runs / 5), ask)
    }
  },
})

/** Row 10: an authorization response to no request. */
const authorizationResponse = rowCheck({
  row: 'authorization-response',
  name: 'unknown-state',
  side: 'oauth',
  sends: 'callbacks without state, with an empty and with invented ones',
  applies: (dialect, declared) =>
    dialect.upstream ? worded('authorization-response')(dialect, declared) : 'dialect.upstream',
  kills: ['broker.words-responses-as-requests', 'broker.omits-details-of-authorization', 'broker.shares-a-code'],
  async causes(context, attempt) {
    const code = 'code-of-nobody'
    await context.each([{ code }, { code, state: '' }, { code, state: `invented-${context.slice.tag}` }], (input) =>
      attempt(calledBack(context, input)),
    )
    await context.forEvery('states', fc.uuid(), Math.ceil(context.runs / 5), (state) =>
      attempt(calledBack(context, { code, state })),
    )
  },
})

/** Row 11: a code that the token endpoint does not take. */
const tokenRequest = rowCheck({
  row: 'token-request',
  name: 'unknown-code',
  side: 'oauth',
  sends: 'redemptions in the documented form of codes that nobody issued',
  applies: (dialect, declared) =>
    dialect.redeem === null || dialect.redeem === 'undriven'
      ? 'dialect.redeem'
      : worded('token-request')(dialect, declared),
  kills: ['broker.words-redemptions-as-requests', 'broker.omits-details-of-authorization'],
  async causes(context, attempt) {
    await context.each(['code-of-nobody', `invented-${context.slice.tag}`], (code) => attempt(redeemed(context, code)))
    await context.forEvery('codes', fc.uuid(), Math.ceil(context.runs / 10), (code) => attempt(redeemed(context, code)))
  },
})

/** One check for each way to each row, in the order of the table. */
export const errorRows: readonly Check[] = [
  unhandled,
  notFederation,
  signInRequest,
  signInResponse('wsfed', 'assertion', 'idp.omits-wsfed-signature', 'an assertion without a signature'),
  signInResponse('oidc', 'id-token', 'idp.changes-nonce', 'an id token with another nonce'),
  signOutRequest,
  metadata,
  unknownRealm,
  oauthVersion,
  authorizationRequest,
  authorizationResponse,
  tokenRequest,
]
