import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { DeclaredCapability } from '../../fixtures/clauses/clause.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textResponse } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'
import { Trouble } from '../trouble.ts'
import type { Dump } from './dump.ts'
import type { InsideControl, OwnInside } from './inside.ts'
import { insideOf } from './inside.ts'

const directory = mkdtempSync(join(tmpdir(), 'brokerspec-inside-'))
afterAll(() => rmSync(directory, { recursive: true }))
writeFileSync(join(directory, 'a.db'), 'first')
writeFileSync(join(directory, 'b.db'), 'second')
writeFileSync(join(directory, 'long.log'), `${'x'.repeat(5 * 2 ** 20)}newest`)

const asked: string[] = []
const wire: Wire = async ({ method, origin, rawPath }) => {
  asked.push(`${method} ${origin}${rawPath}`)
  return rawPath === '/no' ? textResponse(500, 'no') : textResponse(200, 'a dump')
}
const insideWith = (control: InsideControl, own: OwnInside = {}, capabilities: DeclaredCapability[] = []) =>
  insideOf({ control, own, wire, origin: 'https://127.0.0.1:4711', directory, capabilities, within: 2_000 })
const textIn = (dump: Dump) => dump.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])
const refusal = async (work: Promise<unknown>) => {
  const cause = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(cause instanceof Inconclusive)) throw new Error(`no doubt, but ${String(cause)}`)
  return [cause.why, cause.message]
}
const node = process.execPath

describe('storage is read', () => {
  test('by a command in the folder of the target file, which knows the words', async () => {
    const script = `console.log(process.cwd() === ${JSON.stringify(directory)}, process.argv.slice(1).join())`
    const command = ['{node}', '-e', script, '{port}', '{scratch}', '{unknown}']
    const dump = await insideWith({ storage: { command } }, { words: { scratch: '/scratch' } }).storage()
    expect(textIn(dump)).toEqual([[node, 'true 4711,/scratch,{unknown}\n']])
  })

  test('by a request, and by a function', async () => {
    expect(textIn(await insideWith({ storage: { path: '/dump' } }).storage())).toEqual([['/dump', 'a dump']])
    expect(asked).toContain('GET https://127.0.0.1:4711/dump')
    expect(textIn(await insideWith({ storage: () => 'mine' }).storage())).toEqual([['storage', 'mine']])
    const own = { storage: async () => Buffer.from('own') }
    expect(textIn(await insideWith({}, own).storage())).toEqual([['storage', 'own']])
  })

  test.each<[string, InsideControl['storage'], string]>([
    ['a command that fails', { command: [node, '-e', 'console.error("locked"); process.exit(3)'] }, 'code 3: locked'],
    ['one that is not there', { command: ['./no-such-program'] }, 'ENOENT'],
    ['one that never ends', { command: [node, '-e', 'setInterval(() => 0, 9)'] }, 'not done after 2000 ms'],
    ['a refusal', { path: '/no' }, 'answered 500'],
    ['a function that hangs', () => new Promise<never>(() => undefined), 'not done after 2000 ms'],
    ['a function that gives no bytes', () => 7 as never, 'neither a text nor bytes'],
  ])('and %s accuses nobody', async (_, storage, message) => {
    const [why, said] = await refusal(insideWith({ ...(storage && { storage }) }).storage())
    expect([why, said]).toEqual(['undelivered', expect.stringContaining(message)])
  })
})

test('files are found by their patterns, and of a log the newest is read', async () => {
  const inside = insideWith({ storageRaw: { files: ['*.db'] }, logs: { files: ['long.log'] } })
  expect(textIn(await inside.storageRaw())).toEqual([['a.db', 'first'], ['b.db', 'second']]) // prettier-ignore
  const [log] = await inside.logs()
  expect(log?.bytes.length).toBe(4 * 2 ** 20)
  expect(
    Buffer.from(log?.bytes ?? [])
      .subarray(-6)
      .toString(),
  ).toBe('newest')
  const none = await refusal(insideWith({ storageRaw: { files: ['*.sqlite'] } }).storageRaw())
  expect(none).toEqual(['undelivered', expect.stringContaining('there is no file *.sqlite')])
})

test('files of a command lie in its own folder', async () => {
  const inside = insideWith({ storageRaw: { files: ['a.db'] } }, { folder: tmpdir() })
  expect(await refusal(inside.storageRaw())).toEqual(['undelivered', expect.stringContaining(tmpdir())])
})

test('what a command prints is its log', async () => {
  const own = { logs: () => 'printed' }
  expect(textIn(await insideWith({ logs: 'output' }, own).logs())).toEqual([['log', 'printed']])
})

test('a restart is a request, or what the attachment does', async () => {
  await insideWith({ restart: { path: '/restart' } }).restart()
  expect(asked).toContain('POST https://127.0.0.1:4711/restart')
  expect(await refusal(insideWith({ restart: { path: '/no' } }).restart())).toEqual([
    'undelivered',
    'the target did not restart: https://127.0.0.1:4711/no answered 500',
  ])
  let restarts = 0
  await insideWith({}, { restart: async () => void (restarts += 1) }).restart()
  expect(restarts).toBe(1)
})

test.each([
  ['storage', 'storage'],
  ['storage-raw', 'storageRaw'],
  ['logs', 'logs'],
  ['restart', 'restart'],
] as const)('"%s" that is declared without a way to do it is told, with the mend', (capability, name) => {
  const trouble = (() => {
    try {
      return insideWith({}, {}, [capability])
    } catch (cause) {
      return cause
    }
  })()
  expect(trouble).toBeInstanceOf(Trouble)
  expect(trouble).toMatchObject({ kind: 'usage', place: `control.${name}`, mend: expect.stringContaining(capability) })
})

test('what is not declared is not there', async () => {
  const inside = insideWith({})
  for (const way of [inside.storage, inside.storageRaw, inside.logs, inside.restart])
    expect(await refusal(way())).toEqual(['undelivered', expect.stringContaining('gives no way to')])
})
