import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
/** From the ground up: a room may use itself and what lies below. */
const rooms = ['protocols', 'fixtures', 'mocks', 'harness', 'suites', 'targets', 'reports', 'cli']
/** Reports are made of verdicts, not of checks in action: they see the harness, and the catalogue is handed to them. */
const files = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.split(sep).includes('node_modules'))
    .map((file) => ({ room, path: join(root, room, file) })),
)

const importsOf = (path: string) =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name)

const roomOf = (path: string) => relative(root, path).split(sep, 1)[0] ?? ''

const sources = files.map(({ path }) => relative(root, path)).filter((file) => !file.endsWith('.test.ts'))

test.for(sources)('%s imports only from rooms below', (file) => {
  const path = join(root, file)
  const own = rooms.indexOf(roomOf(path))
  const above = importsOf(path)
    .filter((name) => name.startsWith('.'))
    .map((name) => roomOf(join(dirname(path), name)))
    .filter((room) => rooms.indexOf(room) > own)
  expect(above).toEqual([])
})

test('protocols is pure: no file system, no sockets, no clock of its own', () => {
  for (const { path } of files.filter(({ room, path: one }) => room === 'protocols' && !one.endsWith('.test.ts'))) {
    expect(importsOf(path).filter((name) => /^node:(fs|net|tls|http|https|child_process|timers)/.test(name))).toEqual(
      [],
    )
    expect(readFileSync(path, 'utf8')).not.toMatch(/Date\.now|new Date\(\)|Math\.random/)
  }
})

test('nothing draws at random without a seed but keys, tokens and the seed of a run itself', () => {
  const drawing = files.filter(
    ({ path }) => !path.endsWith('.test.ts') && /Math\.random|randomInt/.test(readFileSync(path, 'utf8')),
  )
  expect(drawing.map(({ path }) => relative(root, path))).toEqual([join('cli', 'options.ts')])
})

test('suites know no transport and parse nothing', () => {
  for (const { path } of files.filter(({ room }) => room === 'suites')) {
    expect(
      importsOf(path).filter((name) => /undici|parse5|tough-cookie|msw|node:(http|https|net|tls)/.test(name)),
    ).toEqual([])
  }
})

test('every file has a nameable purpose and fits on a few screens', () => {
  for (const { path } of files) {
    expect(relative(root, path)).not.toMatch(/(^|\/)(utils?|helpers?|common|base|misc)(\/|\.)/)
    expect([path, readFileSync(path, 'utf8').split('\n').length <= 301]).toEqual([path, true])
  }
})
