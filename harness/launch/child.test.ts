import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Authority } from '../../fixtures/world/authority.ts'
import { makeAuthority } from '../../fixtures/world/authority.ts'
import { Trouble } from '../trouble.ts'
import type { Launched } from '../target/target.ts'
import { freePorts, startChild } from './child.ts'

let folder = ''
let authority: Authority
beforeAll(async () => {
  authority = await makeAuthority()
  folder = await mkdtemp(join(tmpdir(), 'brokerspec-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

const words = ['{port}', '{cert}', '{key}', '{provision}', '{ca}', '{origin}', '{unknown}']
/** Leaves behind what it was told, and its process id; then answers over TLS, with 503 at first. */
const answering = `
  import { createServer } from 'node:https'
  import { readFileSync, writeFileSync } from 'node:fs'
  const [port, cert, key, provision, ca, ...rest] = process.argv.slice(2)
  const said = JSON.parse(readFileSync(provision, 'utf8'))
  let asked = 0
  createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    asked += 1
    const { pid, env } = process
    const told = { asked, pid, url: request.url, ca, rest, where: env.WHERE, extra: env.NODE_EXTRA_CA_CERTS, said, provision }
    writeFileSync('told.json', JSON.stringify(told))
    response.writeHead(asked > 1 ? 404 : 503).end()
  }).listen(Number(port), '127.0.0.1')
`
const stubborn = `process.on('SIGTERM', () => {}); ${answering}`

const order = async (program: string, changed: Partial<Launched> = {}, args: readonly string[] = words) => {
  await writeFile(join(folder, 'program.mjs'), program)
  const launch: Launched = {
    command: ['{node}', 'program.mjs', ...args],
    ready: { path: '/health', within: 20_000 },
    stop: { signal: 'SIGTERM', within: 2_000 },
    instances: 'many',
    ...changed,
  }
  const files = { ...(await authority.issue(['127.0.0.1'])), ca: authority.certificate, provision: '{"tenants":[]}' }
  return { launch, directory: folder, files, ports: await freePorts(1) }
}
type Told = { asked: number; pid: number; url: string; ca: string; rest: string[]; where: string; extra: string; said: object; provision: string } // prettier-ignore
const told = async (): Promise<Told> => JSON.parse(await readFile(join(folder, 'told.json'), 'utf8'))
const lives = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const troubleWith = async (given: Parameters<typeof startChild>[0]): Promise<Trouble> => {
  const outcome = await startChild(given).catch((cause: unknown) => cause)
  if (outcome instanceof Trouble) return outcome
  throw new TypeError(`no trouble: ${String(outcome)}`)
}

describe('a target that is launched', () => {
  test('is ready once it answers below 500, knows all it was told, and is gone with its files when stopped', async () => {
    const given = await order(answering, { env: { WHERE: '{origin}/x' } })
    const child = await startChild(given)
    onTestFinished(() => child.kill())
    const { pid, ca, provision, ...rest } = await told()
    expect(rest).toMatchObject({
      asked: 2,
      url: '/health',
      rest: [`https://127.0.0.1:${given.ports[0]}`, '{unknown}'],
      where: `https://127.0.0.1:${given.ports[0]}/x`,
      extra: ca,
      said: { tenants: [] },
    })
    expect([lives(pid), existsSync(provision)]).toEqual([true, true])
    expect(await readFile(ca, 'utf8')).toBe(authority.certificate)

    await child.stop()
    expect([lives(pid), existsSync(dirname(provision))]).toEqual([false, false])
  })

  test('is another process after a restart, on the same files, and what both have printed is heard', async () => {
    const program = `import { existsSync as is, writeFileSync as write } from 'node:fs'
      console.log(is(process.argv[2] + '/mark') ? 'back' : 'new'); write(process.argv[2] + '/mark', '')
      process.argv.splice(2, 1)${answering}`
    const child = await startChild(await order(program, {}, ['{scratch}', ...words]))
    onTestFinished(() => child.kill())
    const before = await told()
    await child.restart()
    const after = await told()
    expect([lives(before.pid), lives(after.pid), after.provision]).toEqual([false, true, before.provision])
    expect(child.output().toString()).toBe('new\nback\n')
    await child.stop()
    expect([lives(after.pid), existsSync(child.words['scratch'] ?? '')]).toEqual([false, false])
  })

  test('is killed when it does not heed the signal', async () => {
    const child = await startChild(await order(stubborn, { stop: { signal: 'SIGTERM', within: 50 } }))
    onTestFinished(() => child.kill())
    const { pid } = await told()
    await child.stop()
    expect(lives(pid)).toBe(false)
  })

  test('takes its own children along', async () => {
    const watch = createServer()
    onTestFinished(() => void watch.close())
    const connected = once(watch, 'connection') as Promise<[Socket]>
    watch.listen(0, '127.0.0.1')
    await once(watch, 'listening')
    const { port } = watch.address() as AddressInfo
    const grandchild = `require('node:net').connect(${port}, '127.0.0.1')`
    const parent = `import { spawn } from 'node:child_process'
      spawn(process.execPath, ['-e', "${grandchild}"])${answering}`

    const child = await startChild(await order(parent))
    onTestFinished(() => child.kill())
    const [socket] = await connected
    const gone = once(
      socket.on('error', () => undefined),
      'close',
    )
    await child.stop()
    await gone
  })
})

describe('a target that cannot be launched is trouble', () => {
  test('of usage when there is no such program', async () => {
    const trouble = await troubleWith(await order('', { command: ['./no-such-program', '{port}'] }))
    expect(trouble).toMatchObject({ kind: 'usage', place: 'attach.command: ./no-such-program {port}' })
    expect(trouble.message).toContain('ENOENT')
  })

  test('of usage when it can be no program, or is to be started where no folder is', async () => {
    const nul = await troubleWith(await order('', { command: ['a\u0000b'] }))
    expect([nul.kind, nul.message]).toEqual(['usage', expect.stringContaining('cannot be started')])
    const elsewhere = await troubleWith(await order('', { cwd: 'program.mjs' }))
    expect(elsewhere).toMatchObject({ kind: 'usage', place: 'attach.cwd' })
  })

  test('when it ends early, with the last it said', async () => {
    const program =
      'for (let n = 0; n < 30; n += 1) console.log(`line ${n}.`); console.error("no port"); process.exitCode = 3'
    const { kind, message } = await troubleWith(await order(program))
    expect(kind).toBe('unreachable')
    expect(message).toContain('exit code 3')
    expect(message).toMatch(/line 29\./)
    expect(message).toContain('no port')
    expect(message).not.toContain('line 14.')
  })

  test('when it never answers in time, and then it does not stay behind', async () => {
    const command = ['/bin/sh', '-c', 'echo $$ > silent; echo still waiting; exec sleep 60']
    const began = performance.now()
    const { kind, message } = await troubleWith(await order('', { command, ready: { path: '/', within: 300 } }))
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(kind).toBe('unreachable')
    expect(message).toMatch(/within 300 ms; its last lines:\n {2}still waiting$/)
    expect(lives(Number(await readFile(join(folder, 'silent'), 'utf8')))).toBe(false)
  })
})

test('a free port is a port, and not twice the same', async () => {
  const ports = await freePorts(2)
  expect(new Set(ports).size).toBe(2)
  expect(ports.every((port) => port > 1023 && port < 65_536)).toBe(true)
})
