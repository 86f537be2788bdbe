import { expect, test } from 'vitest'
import { brokerspec, targetFile } from './command.ts'

const timeout = 300_000
const run = (when: string, ...more: string[]) =>
  brokerspec(['run', '--seed', '1', '--target', targetFile('leaves.ts'), ...more], { env: { BROKERSPEC_LEAVES: when } })

test('a target module that ends the process at its import is unreachable', { timeout }, async () => {
  const { code, err } = await run('import')
  expect([code, err]).toEqual([5, expect.stringMatching(/leaves\.ts\n.*ended with code 0 before.*\n\n.*open\(\)/)])
})

test(
  'one that ends it while it is asked has died: what was judged stays, the rest is inconclusive',
  { timeout },
  async () => {
    const { code, out, report } = await run('request')
    const statuses = new Set(report().verdicts.map(({ status }) => status))
    expect([code, report().exit, statuses]).toEqual([2, 2, new Set(['pass', 'inconclusive'])])
    expect(out).toContain('process.exit(0)')
  },
)

test('one that ends it on its own account is an error beside, and nothing passes after it', { timeout }, async () => {
  const { code, err, report } = await run('between', '--transport', 'https')
  expect([code, report().exit]).toEqual([3, 3])
  expect(err).toContain('outside of any check: process.exit(0)')
  expect(report().outside?.[0]).toContain('process.exit(0)')
  const doubts = report().verdicts.filter(({ status }) => status === 'inconclusive')
  expect(doubts.length).toBeGreaterThan(0)
})
