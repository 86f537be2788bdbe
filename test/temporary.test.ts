import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from './cli/command.ts'
import setup from './temporary.ts'

test('whatever tests put into temporary folders lies in that of the run', () => {
  expect(basename(tmpdir())).toMatch(/^brokerspec-tests-/)
  expect(dirname(folder())).toBe(tmpdir())
})

test('it goes with the run, and what is in it', () => {
  const before = tmpdir()
  const teardown = setup()
  const [own, inner] = [tmpdir(), folder()]
  expect([own === before, dirname(inner)]).toEqual([false, own])
  teardown()
  expect([tmpdir(), existsSync(inner), existsSync(own)]).toEqual([before, false, false])
})
