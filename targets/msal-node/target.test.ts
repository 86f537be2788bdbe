import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../reports/report.ts'
import type { Ended } from '../../test/cli/command.ts'
import { brokerspec } from '../../test/cli/command.ts'
import { essenceOf } from '../../test/essence.ts'

const here = import.meta.dirname
const expected = join(here, 'expected.json')
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

describe('MSAL Node 7.2.1', () => {
  let ended: Ended
  beforeAll(async () => {
    ended = await brokerspec(['run', '--seed', '1', '--runs', '20', '--target', join(here, 'target.json')])
  }, 240_000)

  test('gets the expected verdict of every check and status of every clause', async () => {
    expect([ended.code, ended.err]).toEqual([0, ''])
    await expect(essenceOf(ended.report())).toMatchFileSnapshot(expected)
  })

  test('is found to do everything that it is judged on', () => {
    const { verdicts } = ended.report()
    const statuses = new Set(verdicts.map(({ status }) => status))
    expect(statuses).toEqual(new Set(['pass', 'not-applicable']))
    expect(verdicts.filter(({ status }) => status === 'pass').length).toBeGreaterThan(12)
  })

  test('is installed in the version that is expected', () => {
    const { name, version } = readJson(
      join(here, '..', '..', 'node_modules', '@azure', 'msal-node', 'package.json'),
    ) as Report['target']
    expect(readJson(expected)).toMatchObject({ subject: { name, version } })
    expect(readJson(join(here, 'target.json'))).toMatchObject({ subject: { name, version } })
  })
})
