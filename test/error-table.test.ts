import { expect, test } from 'vitest'
import type { DeclaredRow } from '../fixtures/error-table.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import { ownErrorTable } from '../mocks/broker/error-numbers.ts'
import { brokerChecks as checks } from '../suites/index.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const chosen = checks.filter(({ id }) => /^(errors\.(row-|distinct)|metadata\.failure|sign-out\.malformed)/.test(id))
const verdictsWith = async (suspect: Suspect) => {
  const verdicts = await verdictsOn(suspect, { keyring, seed: 1, runs: 5, chosen })
  return verdicts.filter(({ check }) => chosen.some(({ id }) => id === check))
}
const failing = async (errorTable: readonly DeclaredRow[]) =>
  (await verdictsWith({ profile: { errorTable: [...errorTable] } })).flatMap((verdict) =>
    verdict.status === 'fail' ? [verdict.signature] : [],
  )

test('no target fails on a number that it did not declare', async () => {
  expect(await failing([])).toEqual([])
  expect(await failing([{ row: 'oauth-version' }, { row: 'unhandled', status: 500 }])).toEqual([])
})

test('a number that is declared and not shown fails its row', async () => {
  const changed = ownErrorTable.map((one) => (one.row === 'unknown-realm' ? { ...one, code: 'BS7' } : one))
  expect(await failing(changed)).toEqual(['errors.row-unknown-realm/code'])
  expect(await failing([{ row: 'token-request', status: 401 }])).toEqual(['errors.row-token-request/status'])
})

test('a table in which two rows share an id fails, on whichever side it is asked', async () => {
  const shared: DeclaredRow[] = [
    { row: 'oauth-version', code: 'BS1008', id: 'UnsupportedVersion' },
    { row: 'unknown-realm', code: 'BS1007', id: 'UnsupportedVersion' },
  ]
  expect(await failing(shared)).toEqual([
    'errors.row-unknown-realm/id',
    'errors.distinct/shared-id',
    'errors.distinct/shared-id',
  ])
})

test('a row that no declared request ends in is not applicable, and says what is missing', async () => {
  const verdicts = await verdictsWith({ handles: ['metadata'] })
  const missing = verdicts.flatMap((verdict) =>
    verdict.status === 'not-applicable' ? [[verdict.check, ...verdict.missing]] : [],
  )
  expect(missing).toEqual([
    ['metadata.failure.no-document', 'control.triggers.metadata'],
    ['errors.row-metadata.triggered', 'control.triggers.metadata'],
  ])
})
