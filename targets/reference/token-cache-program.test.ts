import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTarget } from '../../harness/target/load.ts'
import { brokerspec, folder } from '../../test/cli/command.ts'
import { referenceCache } from './token-cache.ts'

const file = join(import.meta.dirname, 'token-cache-program.json')
const declared = JSON.parse(readFileSync(file, 'utf8')) as { attach: { command: string[] } }
const run = (target: string) => brokerspec(['run', '--seed', '1', '--runs', '10', '--only', 'high-trust', '--target', target]) // prettier-ignore

/** The same program with a fault. */
const withFault = (fault: string): string => {
  const command = declared.attach.command.map((word) => (word.endsWith('.ts') ? join(import.meta.dirname, word) : word))
  const path = join(folder(), 'target.json')
  const attach = { ...declared.attach, command: [...command, '--fault', fault] }
  writeFileSync(path, JSON.stringify({ ...declared, $schema: undefined, attach }))
  return path
}

test('the reference token cache as a program declares what it declares in this process, but for its inside', () => {
  const [program, embedded] = [readTarget(declared, file), readTarget(referenceCache(), 'embedded')]
  if (program.role !== 'token-cache') throw new TypeError('it is no token cache')
  expect(program.cache).toEqual(embedded.cache)
  expect(program.profile).toEqual(embedded.profile)
  const inside = new Set(['restart', 'storage', 'storage-raw'])
  expect(program.capabilities).toEqual(embedded.capabilities.filter((one) => !inside.has(one)))
})

test(
  'its high trust is judged by a handshake and by a second start as well; at a restart it would be a new installation',
  { timeout: 120_000 },
  async () => {
    const ended = await run(file)
    const others = ended.report().verdicts.filter(({ status }) => status !== 'pass')
    const left = others.map(({ check, status }) => [check, status])
    expect([ended.code, ended.err, left]).toEqual([0, '', [['high-trust.public-key.after-restart', 'not-applicable']]])
  },
)

test('with a fault it fails by the checks that claim the fault', { timeout: 120_000 }, async () => {
  const ended = await run(withFault('high-trust.calls-as-second-user-for-further-ones'))
  const failed = ended.report().verdicts.filter(({ status }) => status === 'fail')
  expect([ended.code, failed.map(({ check }) => check).toSorted()]).toEqual([1, ['high-trust.claims.full-identity', 'high-trust.claims.no-other-user']]) // prettier-ignore
})
