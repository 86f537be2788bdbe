import { join } from 'node:path'
import { expect, test } from 'vitest'
import { brokerspec, folder } from './command.ts'

const timeout = 300_000
const escape = '\u001B['

test('run and merge colour alike: when forced, and not for a pipe or under NO_COLOR', { timeout }, async () => {
  const to = folder()
  const run = ['run', '--seed', '1', '--only', 'authorize.client-before-redirect', '--report', to]
  const merge = ['merge', join(to, 'report.json')]
  const environments: [Record<string, string>, boolean][] = [
    [{ FORCE_COLOR: '1', NO_COLOR: '' }, true],
    [{ NO_COLOR: '1' }, false],
    [{}, false],
  ]
  for (const [env, expected] of environments) {
    for (const args of [run, merge]) {
      const { code, out } = await brokerspec(args, { env, unset: ['FORCE_COLOR', 'NO_COLOR'] })
      expect([args[0], env, code, out.includes(escape)]).toEqual([args[0], env, 0, expected])
    }
  }
})
