import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Trouble } from '../trouble.ts'
import { readOutline } from './outline.ts'

const reader = join(import.meta.dirname, 'read-outline.ts')
const parts = "schema: 1, role: 'broker', subject: { name: 'x', version: '1' }"
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerspec-test-'))
})
afterAll(() => rm(folder, { recursive: true }))
const read = async (name: string, text: string, within?: number) => {
  const file = join(folder, name)
  await writeFile(file, text)
  return readOutline(file, reader, within)
}

test('the outline of a module has its data, and none of its code', async () => {
  const dialect = "{ extends: 'oauth2', renew: null, authorize: { request() {}, read() {} } }"
  const text = `export default { ${parts}, dialect: ${dialect}, attach: { open() {} }, control: { async clock() {} } }`
  expect(await read('whole.mjs', text)).toEqual({
    schema: 1,
    role: 'broker',
    subject: { name: 'x', version: '1' },
    dialect: { extends: 'oauth2', renew: null, authorize: {} },
    capabilities: [],
    profile: expect.objectContaining({ skew: 600 }),
    attach: { open: true },
    directory: folder,
  })
})

test('the outline of a JSON file has all that it says', async () => {
  const attach = { command: ['x'] }
  const text = JSON.stringify({ schema: 1, role: 'broker', subject: { name: 'x', version: '1' }, attach })
  expect(await read('target.json', text)).toMatchObject({ attach, dialect: 'k2trust' })
})

test('what a module keeps running ends with its thread', async () => {
  const text = `setInterval(() => process.exit(0), 1); export default { ${parts}, attach: { open() {} } }`
  expect(await read('busy.mjs', text)).toMatchObject({ attach: { open: true } })
})

test.each([
  ['process.exit(0)', 'code 0'],
  ["import { exit } from 'node:process'; exit(7)", 'code 7'],
  ['process.reallyExit(0)', 'code 0'],
  ['await new Promise(() => undefined)', 'code 0'],
  ['setInterval(() => undefined, 1000); await new Promise(() => undefined)', 'within 700 ms'],
])('a module that never exports a target is unreachable: %s', async (text, part) => {
  const trouble = await read(`${part}.mjs`, text, part.startsWith('within') ? 700 : undefined).catch(
    (cause: unknown) => cause,
  )
  expect(trouble).toBeInstanceOf(Trouble)
  expect(trouble).toMatchObject({ kind: 'unreachable', message: expect.stringContaining(part) })
})

test('a module that throws is a mistake of usage, in its own words', async () => {
  const trouble = await read('throws.mjs', "throw new Error('on purpose')").catch((cause: unknown) => cause)
  expect(trouble).toMatchObject({ name: 'Trouble', kind: 'usage', message: expect.stringContaining('on purpose') })
})
