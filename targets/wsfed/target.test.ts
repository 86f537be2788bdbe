import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../reports/report.ts'
import type { Ended } from '../../test/cli/command.ts'
import { brokerspec } from '../../test/cli/command.ts'
import { essenceOf } from '../../test/essence.ts'

const here = import.meta.dirname
const installed = existsSync(join(here, 'node_modules', 'wsfed'))
if (!installed && process.env['BROKERSPEC_REQUIRE_ALL']) {
  throw new Error(`wsfed is missing: npm ci --ignore-scripts --prefix ${here}`)
}
const expected = join(here, 'expected.json')
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

describe.skipIf(!installed)('wsfed 6.0.0, which is installed by itself,', () => {
  let ended: Ended
  beforeAll(async () => {
    ended = await brokerspec(['run', '--seed', '1', '--target', join(here, 'target.json')])
  }, 240_000)

  test('gets the expected verdict of every check and status of every clause', async () => {
    expect([ended.code, ended.err]).toEqual([1, ''])
    await expect(essenceOf(ended.report())).toMatchFileSnapshot(expected)
  })

  test('fails for what it does, and is judged on all that it has', () => {
    const { verdicts } = ended.report()
    const having = (status: string) => verdicts.filter((verdict) => verdict.status === status).map(({ check }) => check)
    expect(having('fail')).toEqual(['sign-in.utc.instants', 'sign-in.malformed.not-ws-federation'])
    expect([...having('inconclusive'), ...having('error')]).toEqual([])
    expect(having('pass').length).toBeGreaterThan(10)
  })

  test('is installed in the version that is expected', () => {
    const { name, version } = readJson(join(here, 'node_modules', 'wsfed', 'package.json')) as Report['target']
    expect(readJson(expected)).toMatchObject({ subject: { name, version } })
    expect(readJson(join(here, 'target.json'))).toMatchObject({ subject: { name, version } })
  })
})
