import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../reports/report.ts'
import type { Ended } from './cli/command.ts'
import { brokerspec } from './cli/command.ts'
import { essenceOf } from './essence.ts'

const root = join(import.meta.dirname, '..')
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/**
 * Whether the folder of a target has packages of its own installed, of which `name` is one.
 *
 * @throws Error where it has not, and all must be there (`BROKERSPEC_REQUIRE_ALL`).
 */
export const isInstalled = (folder: string, name: string): boolean => {
  const installed = existsSync(join(folder, 'node_modules', name))
  if (installed || !process.env['BROKERSPEC_REQUIRE_ALL']) return installed
  throw new Error(`${name} is missing: npm ci --ignore-scripts --prefix ${folder}`)
}

/**
 * A product that is judged: the folder of its target file, the package that it is, whether that is installed in the folder and not with
 * brokerspec, and what its run comes to beside `expected.json`, which `vitest -u` writes anew.
 */
type Product = {
  folder: string
  name: string
  byItself?: boolean
  args?: readonly string[]
  exit: number
  failing: readonly string[]
}

/** Judges a product once, on the command line, and holds what it comes to against what is expected. `more` are tests of its own. */
export const judgesProduct = (
  { folder, name, byItself = false, args = [], exit, failing }: Product,
  more: (ended: () => Ended) => void = () => undefined,
): void => {
  const absent = byItself && !isInstalled(folder, name)
  const [target, expected] = [join(folder, 'target.json'), join(folder, 'expected.json')]

  describe.skipIf(absent)(`${name} is judged, and`, () => {
    let ended: Ended
    beforeAll(async () => {
      ended = await brokerspec(['run', '--seed', '1', ...args, '--target', target])
    }, 240_000)

    test('gets the expected verdict of every check and status of every clause', async () => {
      expect([ended.code, ended.err]).toEqual([exit, ''])
      await expect(essenceOf(ended.report())).toMatchFileSnapshot(expected)
    })

    test('fails for what it does, and is judged on all that it has', () => {
      const { verdicts } = ended.report()
      const having = (...statuses: string[]) =>
        verdicts.flatMap(({ check, status }) => (statuses.includes(status) ? [check] : []))
      expect(having('fail')).toEqual(failing)
      expect(having('inconclusive', 'error')).toEqual([])
      expect(having('pass').length).toBeGreaterThan(10)
    })

    test('is installed in the version that is expected', () => {
      const installed = join(byItself ? folder : root, 'node_modules', name, 'package.json')
      const { version } = readJson(installed) as Report['target']
      for (const file of [target, expected]) expect(readJson(file)).toMatchObject({ subject: { name, version } })
    })

    more(() => ended)
  })
}
