import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../reports/report.ts'
import { brokerspec } from '../../test/cli/command.ts'
import { essenceOf } from '../../test/essence.ts'
import { isInstalled } from '../../test/product.ts'

const here = import.meta.dirname
const installed = isInstalled(here, 'passport-wsfed-saml2-old')

/** The sets, each in a target file of its own, and the clauses that each breaks: what is published of it, and nothing else. */
const sets = {
  guarded: { exit: 0, blocking: [] },
  mended: { exit: 1, blocking: ['party.rejects-unsigned', 'party.rejects-wrapped'] },
  old: { exit: 1, blocking: ['party.rejects-foreign-key', 'party.rejects-unsigned', 'party.rejects-wrapped'] },
} as const

describe.skipIf(!installed).each(Object.keys(sets) as (keyof typeof sets)[])(
  'an application on passport-wsfed-saml2, %s,',
  (set) => {
    let report: Report
    let code: number | null
    beforeAll(async () => {
      const ended = await brokerspec(['run', '--seed', '1', '--runs', '30', '--target', join(here, `${set}.json`)])
      report = ended.report()
      code = ended.code
    }, 300_000)

    test('gets the expected verdict of every check and status of every clause', async () => {
      expect(code).toBe(sets[set].exit)
      await expect(essenceOf(report)).toMatchFileSnapshot(join(here, `${set}.expected.json`))
    })

    test('fails where its weaknesses are, and nowhere else', () => {
      const failing = Object.entries(report.clauses).filter(([, status]) => status === 'fail')
      expect(failing.map(([clause]) => clause).toSorted()).toEqual(sets[set].blocking)
      expect(report.verdicts.filter(({ status }) => status === 'inconclusive' || status === 'error')).toEqual([])
    })
  },
)

test.skipIf(!installed)('the sets are installed in the versions that are pinned', () => {
  const versionOf = (...path: string[]) =>
    (JSON.parse(readFileSync(join(here, 'node_modules', ...path, 'package.json'), 'utf8')) as { version: string })
      .version
  expect(versionOf('passport-wsfed-saml2-mended')).toBe('4.6.1')
  expect(versionOf('passport-wsfed-saml2-mended', 'node_modules', 'xml-crypto')).toBe('2.1.6')
  expect(versionOf('passport-wsfed-saml2-old')).toBe('2.13.0')
  expect(versionOf('passport-wsfed-saml2-old', 'node_modules', 'xml-crypto')).toBe('0.10.1')
})
