import { expect, test } from 'vitest'
import { replayCommand } from './replay-command.ts'
import type { Verdict } from './verdict.ts'

type Ran = Parameters<typeof replayCommand>[0]
const report = (run: Partial<Ran['run']> = {}): Ran => {
  const known = { seed: 7, targetFile: 'target.json', transport: 'direct', invocation: 'brokerspec' } as const
  return { run: { ...known, ...run }, invariants: ['the.invariant'] }
}
const verdict = (check: string, path?: string) =>
  ({ check, status: 'fail', ...(path !== undefined && { counterexample: { value: 1, seed: 7, path } }) }) as Verdict // prettier-ignore

test('a counterexample is brought back by its path', () => {
  const command = replayCommand(report(), verdict('the.check', 'suffix.dot~0/12:0:1'))
  expect(command).toBe('brokerspec run --target target.json --seed 7 --replay the.check/suffix.dot~0/12:0:1')
})

test('a failure without one is brought back by running its check again', () => {
  expect(replayCommand(report(), verdict('the.check'))).toBe(
    'brokerspec run --target target.json --seed 7 --only the.check',
  )
})

test('an invariant is brought back by running everything again', () => {
  expect(replayCommand(report(), verdict('the.invariant'))).toBe('brokerspec run --target target.json --seed 7')
})

test('the transport is named when it is not the usual one, and the target only when it has a file', () => {
  expect(replayCommand(report({ transport: 'https', targetFile: '' }), verdict('c', 'example/0'))).toBe(
    'brokerspec run --transport https --seed 7 --replay c/example/0',
  )
})

test.each([
  ['targets/my-broker.v2.json', 'targets/my-broker.v2.json'],
  ['my targets/a.json', "'my targets/a.json'"],
  ["it's; rm -rf $HOME", String.raw`'it'\''s; rm -rf $HOME'`],
  ['`id`.json', "'`id`.json'"],
  ['a\nb', "'a\nb'"],
])('a shell takes the target file %j for what it is', (targetFile, quoted) => {
  expect(replayCommand(report({ targetFile }), verdict('c'))).toBe(
    `brokerspec run --target ${quoted} --seed 7 --only c`,
  )
})
