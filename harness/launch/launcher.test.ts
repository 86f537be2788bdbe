import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { makeAuthority } from '../../fixtures/world/authority.ts'
import { Trouble } from '../trouble.ts'
import type { Order } from './child.ts'
import { freePorts } from './child.ts'
import { launchThrough, openLauncher } from './launcher.ts'

const program = `
  import { createServer } from 'node:https'
  import { readFileSync, writeFileSync } from 'node:fs'
  const [port, cert, key] = process.argv.slice(2)
  writeFileSync('pid', String(process.pid))
  createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_, response) => response.end()).listen(Number(port), '127.0.0.1')
`
let folder = ''
let files: Order['files']
beforeAll(async () => {
  const authority = await makeAuthority()
  files = { ...(await authority.issue(['127.0.0.1'])), ca: authority.certificate, provision: '{}' }
  folder = await mkdtemp(join(tmpdir(), 'brokerspec-test-'))
  await writeFile(join(folder, 'program.mjs'), program)
})
afterAll(() => rm(folder, { recursive: true }))

const order = async (command = ['{node}', 'program.mjs', '{port}', '{cert}', '{key}']): Promise<Order> => ({
  launch: {
    command,
    ready: { path: '/', within: 20_000 },
    stop: { signal: 'SIGTERM', within: 2_000 },
    instances: 'many',
  },
  directory: folder,
  files,
  ports: await freePorts(1),
})
const open = async () => {
  const launcher = await openLauncher()
  onTestFinished(() => launcher.close())
  return launcher
}
const childLives = async () => {
  try {
    return process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 0)
  } catch {
    return false
  }
}

test('a target is started and stopped through the launcher', async () => {
  const { address } = await open()
  const { stop } = await launchThrough(address, await order())
  expect(await childLives()).toBe(true)
  await stop()
  expect(await childLives()).toBe(false)
})

test('a launcher that closes leaves no target behind', async () => {
  const launcher = await openLauncher()
  await launchThrough(launcher.address, await order())
  expect(await childLives()).toBe(true)
  await launcher.close()
  expect(await childLives()).toBe(false)
})

test('an order without the right token is refused, and nothing is started', async () => {
  const { address } = await open()
  await rm(join(folder, 'pid'), { force: true })
  const stranger = { ...address, token: 'guessed' }
  await expect(launchThrough(stranger, await order())).rejects.toThrow('the launcher answered 403')
  expect((await fetch(`${address.url}/start`, { method: 'POST', body: '{}' })).status).toBe(403)
  expect(await childLives()).toBe(false)
})

test('two launchers have different tokens', async () => {
  const [one, other] = [await open(), await open()]
  expect(one.address.token).not.toBe(other.address.token)
})

test('trouble with a target comes back as trouble', async () => {
  const { address } = await open()
  const trouble = await launchThrough(address, await order(['./no-such-program'])).catch((cause: unknown) => cause)
  expect(trouble).toBeInstanceOf(Trouble)
  expect(trouble).toMatchObject({
    kind: 'usage',
    place: 'attach.command: ./no-such-program',
    message: expect.stringContaining('ENOENT'),
    mend: 'install it, or name it by its full path',
  })
})

test('an order that cannot be read is an error of ours', async () => {
  const { address } = await open()
  const headers = { authorization: `Bearer ${address.token}` }
  expect((await fetch(`${address.url}/start`, { method: 'POST', headers, body: '{' })).status).toBe(500)
})
