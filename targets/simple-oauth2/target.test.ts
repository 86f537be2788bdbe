import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../reports/report.ts'
import type { Ended } from '../../test/cli/command.ts'
import { brokerspec } from '../../test/cli/command.ts'
import { essenceOf } from '../../test/essence.ts'

const here = import.meta.dirname
const installed = existsSync(join(here, 'node_modules', 'simple-oauth2'))
if (!installed && process.env['BROKERSPEC_REQUIRE_ALL']) {
  throw new Error(`simple-oauth2 is missing: npm ci --ignore-scripts --prefix ${here}`)
}
const expected = join(here, 'expected.json')
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

describe.skipIf(!installed)('simple-oauth2 5.1.0, which is installed by itself,', () => {
  let ended: Ended
  beforeAll(async () => {
    ended = await brokerspec(['run', '--seed', '1', '--runs', '20', '--target', join(here, 'target.json')])
  }, 240_000)

  test('gets the expected verdict of every check and status of every clause', async () => {
    expect([ended.code, ended.err]).toEqual([0, ''])
    await expect(essenceOf(ended.report())).toMatchFileSnapshot(expected)
  })

  test('is advised of what it does, and is judged on all that it has', () => {
    const { verdicts } = ended.report()
    const having = (status: string) => verdicts.filter((verdict) => verdict.status === status).map(({ check }) => check)
    expect(having('fail')).toEqual(['cache.rotation.stays', 'cache.single-flight.nobody-locked-out'])
    expect([...having('inconclusive'), ...having('error')]).toEqual([])
    expect(having('pass').length).toBeGreaterThan(10)
  })

  test('is installed in the version that is expected', () => {
    const { name, version } = readJson(join(here, 'node_modules', 'simple-oauth2', 'package.json')) as Report['target']
    expect(readJson(expected)).toMatchObject({ subject: { name, version } })
    expect(readJson(join(here, 'target.json'))).toMatchObject({ subject: { name, version } })
  })
})
