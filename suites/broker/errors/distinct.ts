import type * as fc from 'fast-check'
import type { ErrorRowId } from '../../../fixtures/error-table.ts'
import { triggeredRowIds } from '../../../fixtures/error-table.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { registeredGetsCode } from '../authorize/request.ts'
import { partiesSignIn } from '../sign-in/request.ts'
import { askedFor, authorized, calledBack, disbelieved, redeemed, trigger } from './causes.ts'
import { pageIn, rowsOn } from './page.ts'
import { otherTypes, realmsOfNobody } from './rows.ts'

type Causes = readonly [ErrorRowId, () => Promise<Journey>][]
type Varied = { label: string; row: ErrorRowId; values: fc.Arbitrary<string>; go(value: string): Promise<Journey> }
type Sides = Pick<Check, 'id' | 'title' | 'sends' | 'needs' | 'kills' | 'control'> & {
  causes(context: Context): Causes
  varied(context: Context): readonly Varied[]
}

const twoOf = (values: readonly (string | undefined)[]) =>
  values.find((value, at) => value !== undefined && values.indexOf(value) !== at)

/** What a target declares must tell its rows apart. */
const declaresApart = ({ profile: { errorTable = [] } }: Context) => {
  for (const name of ['code', 'id'] as const) {
    const shared = twoOf(errorTable.map((row) => row[name]))
    if (shared === undefined) continue
    throw new Violation(`shared-${name}`, { expected: `a ${name} for each row`, actual: `two rows with ${shared}` })
  }
}

/** Rows that are reached are told apart, and one cause gives one row. */
const distinct = ({ causes, varied, ...check }: Sides): Check => ({
  ...check,
  owes: 'for one cause one row, and for two rows two pages that text, code or id tell apart',
  clauses: ['errors.distinct'],
  applies: ({ wording }) => (Object.keys(wording).length === 0 ? 'dialect.wording' : undefined),
  async run(context) {
    const all = causes(context)
    const first = new Map<ErrorRowId, ErrorRowId[]>()
    for (const [row, go] of all) {
      const rows = readAs(context, row, await go())
      if (rows.length > 0) first.set(row, rows)
    }
    if (first.size < 2) throw new Inconclusive('unreadable', 'fewer than two rows were reached and read')
    await context.each(['the declared table', ...first.keys()], async (name) => {
      const [row, go] = all.find(([one]) => one === name) ?? []
      if (row === undefined || go === undefined) return declaresApart(context)
      return tellsApart(first, row, readAs(context, row, await go()))
    })
    const several = varied(context)
    const share = Math.ceil(context.runs / 2 / several.length)
    for (const { label, row, values, go } of several) {
      await context.forEvery(label, values, share, async (value) =>
        tellsApart(first, row, readAs(context, row, await go(value))),
      )
    }
  },
})

/** The rows as which a page can be taken; none where the journey ended elsewhere. */
const readAs = (context: Context, row: ErrorRowId, journey: Journey): ErrorRowId[] => {
  const page = pageIn(journey)
  return page === undefined ? [] : rowsOn(context, row, page)
}

/** The same cause gave a row before, and other causes gave others; a page that cannot be read says nothing. */
const tellsApart = (first: ReadonlyMap<ErrorRowId, ErrorRowId[]>, row: ErrorRowId, rows: readonly ErrorRowId[]) => {
  const before = first.get(row)?.join(' and ')
  if (rows.length === 0 || before === undefined) return
  if (before !== rows.join(' and ')) {
    throw new Violation('another-row', {
      expected: `the row ${before}, as for the same cause before`,
      actual: `the row ${rows.join(' and ')}`,
    })
  }
  for (const [other, theirs] of first) {
    const shared = other === row ? undefined : rows.find((one) => theirs.includes(one))
    if (shared === undefined) continue
    throw new Violation('shared-row', {
      expected: `what causes ${row} told apart from what causes ${other}`,
      actual: `both are shown as ${shared}`,
    })
  }
}

/** The rows of the WS-Federation side. */
const signInRows = distinct({
  id: 'errors.distinct.sign-in',
  title: 'the rows of sign-in, sign-out and metadata are told apart, and the same cause gives the same row',
  sends: 'what causes each row that can be reached, twice, and unknown realms of any length',
  needs: { capabilities: ['speaks:signIn', 'speaks:metadata'], shape: single, scope: 'slice' },
  kills: [
    'broker.blames-request-for-response',
    'broker.shows-code-of-another-row',
    'broker.words-sign-outs-as-sign-ins',
    'broker.words-long-realms-as-failures',
  ],
  control: partiesSignIn,
  causes(context) {
    const realm = `urn:stranger:${context.slice.tag}`
    const declared = triggeredRowIds.filter((row) => context.triggers[row] !== undefined)
    return [
      ['not-ws-federation', () => askedFor(context, { action: [] })],
      ['unknown-realm', () => askedFor(context, { realm })],
      ...(context.dialect.upstream ? [['sign-in-response', () => disbelieved(context)] as const] : []),
      ...declared.map((row) => [row, () => trigger(context, row)] as const),
    ] as Causes
  },
  varied: (context) =>
    Object.entries(realmsOfNobody(context)).map(([label, values]) => ({
      label,
      row: 'unknown-realm',
      values,
      go: (realm) => askedFor(context, { realm }),
    })),
})

/** The rows of the authorize and token endpoints. */
const oauthRows = distinct({
  id: 'errors.distinct.authorize',
  title: 'the rows of the authorize and token endpoints are told apart, and the same cause gives the same row',
  sends: 'what causes each row that can be reached, twice, and response types alone and combined',
  needs: { capabilities: ['oauth', 'speaks:authorize'], shape: single, scope: 'slice' },
  kills: [
    'broker.words-responses-as-requests',
    'broker.words-redemptions-as-requests',
    'broker.shares-a-code',
    'broker.words-combined-types-as-responses',
  ],
  control: registeredGetsCode,
  causes(context) {
    const { versionPath, callback, upstream, redeem } = context.dialect
    const code = 'code-of-nobody'
    return [
      ['authorization-request', () => authorized(context, { responseType: 'token' })],
      ...(versionPath === null ? [] : [['oauth-version', () => authorized(context, { version: '1' })] as const]),
      ...(callback === null || !upstream ? [] : [['authorization-response', () => calledBack(context, { code })] as const]), // prettier-ignore
      ...(redeem === null || redeem === 'undriven' ? [] : [['token-request', () => redeemed(context, code)] as const]),
    ] as Causes
  },
  varied: (context) =>
    Object.entries(otherTypes).map(([label, values]) => ({
      label,
      row: 'authorization-request',
      values,
      go: (responseType) => authorized(context, { responseType }),
    })),
})

/** One check for each side of the broker. */
export const distinctRows: readonly Check[] = [signInRows, oauthRows]
