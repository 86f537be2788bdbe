import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportKeyring } from '../../fixtures/world/keyring.ts'
import { makeKeyring } from '../../fixtures/world/world.ts'
import { readProvision } from '../../harness/attach/by-hand.ts'
import { invariants } from '../../suites/index.ts'
import { brokerspec, folder, targetFile } from './command.ts'
import { base, tells, tellsAtOnce, written } from './told.ts'

const timeout = 300_000
const keys = JSON.stringify(await exportKeyring(await makeKeyring(true)))
const program = targetFile('program.js')
const misbehaving = (way: string, note = '') =>
  written({
    attach: {
      command: ['{node}', program, way, note, '{port}', '{cert}', '{key}'],
      ready: { path: '/health', within: 1500 },
      stop: { within: 300 },
    },
    profile: { requestMs: 60_000 },
  })

describe('usage', () => {
  test.for([
    [['run', '--only', 'authorise'], /--only authorise/, /nearest: authorize/],
    [['run', '--only', ','], /--only/, /names nothing/],
    [['run', '--only', 'authorize.unregistered-redirect', '--only', 'high-trust'], /--only high-trust/],
    [['run', '--role', 'idp'], /--role idp/, /one of broker, token-cache, relying-party/],
    [['run', '--role', 'relying-party', '--only', 'authorize.'], /checks of a broker/, /target is a relying-party/],
    [['run', '--only', 'party.'], /checks of a relying-party/],
    [['run', '--replay', 'party.starts-loop.any-visit/visit/0'], /checks of a relying-party/],
    [['run', '--target', 'targets/python/target.json', '--role', 'relying-party'], /its target is a broker/],
    [['run', '--seed', 'x'], /--seed x/],
    [['run', '--runs', '0'], /--runs 0/],
    [['run', '--shard', '3/2'], /--shard 3\/2/],
    [['run', '--shard', '99999999999/99999999999'], /--shard 99999999999/],
    [['run', '--report', '/proc/nowhere/below'], /--report \/proc/, /cannot be written/],
    [['run', '--replay', 'nothing/x/0'], /there is no check/],
    [['run', '--replay', 'authorize.unregistered-redirect.near-miss'], /<check>\/<property>\/<path>/],
    [['run', '--transport', 'pigeon'], /pigeon/],
    [['run', '--sead', '1'], /--sead/],
    [['run', '--target', 'missing.json'], /no such target file/],
    [['run', '--target', ''], /this is a folder/],
    [['run', '--target', 'test/targets'], /targets\n.*this is a folder/],
    [['run', '--target', 'README.md'], /README\.md\n.*neither JSON nor a module/],
    [['jump'], /no such command/],
    [['explain', 'authorize.unregistered'], /nearest: authorize/],
    [['explain'], /needs an id/],
    [['explain', 'authorize.unregistered-redirect', 'sign-in'], /one id is explained at a time/],
    [['merge'], /no report/],
    [['merge', 'package.json'], /package\.json/],
    [['provision', '--target', 'targets/python/target.json'], /provisioned by the harness/],
    [['provision', '--target', 'target.json', '--out', ''], /--out\n.*names no file/],
  ] as [string[], ...RegExp[]][])('%s', ([args, ...parts]) => tellsAtOnce(args, ...parts))

  test('the command itself says the same', { timeout }, () => tells(['run', '--seed', 'x'], 4, /--seed x/))

  test('a report folder that cannot be written', { timeout }, () =>
    tells(['run', '--seed', '1', '--runs', '1', '--report', join(program, 'x')], 4, /cannot be written/),
  )
})

describe('a target that cannot be reached', () => {
  test.for([
    ['ends-early', /cannot open the database/],
    ['never-listens', /did not answer .* within 1500 ms/],
    ['garbage', /did not answer/],
    ['closes', /did not answer/],
  ] as const)('%s', { timeout }, async ([way, part]) => {
    const note = join(folder(), 'pid')
    await tells(['run', '--seed', '1', '--target', misbehaving(way, note)], 5, part)
    expect(alive(note)).toBe(false)
  })

  test.for(['direct', 'https'])('within this process, over %s: open() throws', { timeout }, async (transport) => {
    const file = join(folder(), 'target.mjs')
    const attach = "{ open() { throw new Error('no licence for tenant 7') } }"
    writeFileSync(file, `export default { ...${JSON.stringify(base)}, attach: ${attach} }\n`)
    const args = ['run', '--seed', '1', '--transport', transport, '--target', file]
    await tells(args, 5, /attach\.open\(\)\n.*: no licence for tenant 7\n\n {2}mend open\(\)/)
  })

  const running = async (provision: object, party: string, idp: string) => {
    const file = join(folder(), 'target.json')
    writeFileSync(
      file,
      JSON.stringify({ ...base, attach: { origins: { party }, mocks: { idp }, provision: 'provision.json' } }),
    )
    writeFileSync(join(file, '..', 'provision.json'), JSON.stringify(provision))
    writeFileSync(join(file, '..', 'provision.keys.json'), keys)
    return file
  }
  const free = async () => {
    const server = createServer((socket) => socket.end('what?')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    return { port, server }
  }
  const application = { id: 'a', secret: 's', realm: 'https://broker.test/', reply: 'https://broker.test/reply' }
  const empty = { schema: 'brokerspec-provision/1', application, issuers: [], tenants: [], clients: [], parties: [] }

  test('nobody listens, or what listens does not speak TLS', { timeout }, async () => {
    const [one, other] = [await free(), await free()]
    other.server.close()
    const idp = `https://localhost:${other.port}`
    await tells(
      ['run', '--target', await running(empty, `https://127.0.0.1:${one.port}`, idp)],
      5,
      /does not answer/,
      /attach\.origins\.party/,
    )
    one.server.close()
    await tells(['run', '--target', await running(empty, `https://127.0.0.1:${one.port}`, idp)], 5, /does not answer/)
  })

  test('the port of our own mock is in use', { timeout }, async () => {
    const { port, server } = await free()
    await tells(
      ['run', '--target', await running(empty, 'https://127.0.0.1:9', `https://localhost:${port}`)],
      4,
      /attach\.mocks\.idp/,
      /in use/,
    )
    server.close()
  })

  const party = { tenant: 't', realm: 'urn:party', reply: 'https://party.test/', tokenVersion: '1.1' }
  test.for([
    ['a client', { clients: [{ id: 1 }] }, /clients\.0\.id/],
    ['a reply that is no address', { parties: [{ ...party, reply: 'party.test' }] }, /parties\.0\.reply/],
    ['a reply that is a script', { parties: [{ ...party, reply: 'javascript:alert(1)' }] }, /parties\.0\.reply/],
    ['a version of SAML that is none', { parties: [{ ...party, tokenVersion: '3.0' }] }, /parties\.0\.tokenVersion/],
    ['a party of no tenant', { parties: [party] }, /parties\.0\.tenant: there is no tenant t/],
    ['one realm of two parties', { parties: [party, party] }, /parties\.1\.realm: urn:party is the realm of another/],
  ] as const)('a provision document with a wrong field: %s', async ([, wrong, part]) => {
    const file = await running({ ...empty, ...wrong }, 'https://127.0.0.1:9', 'https://localhost:9')
    await expect(readProvision(join(file, '..', 'provision.json'))).rejects.toThrow(part)
  })

  test('a wrong provision document ends the run', { timeout }, async () => {
    const file = await running({ ...empty, parties: [party] }, 'https://127.0.0.1:9', 'https://localhost:9')
    await tells(['run', '--target', file], 4, /parties\.0\.tenant: there is no tenant t/)
  })

  test('a sign-in that is looked for at a wrong place is no verdict, and no mistake of ours', { timeout }, async () => {
    const reference = JSON.parse(readFileSync('targets/reference/program.json', 'utf8')) as { attach: object }
    const dialect = { extends: 'k2trust', paths: { signIn: '/nowhere', metadata: '/nothing' } }
    const attach = { ...reference.attach, cwd: join(process.cwd(), 'targets', 'reference') }
    const file = written({ ...reference, $schema: undefined, dialect, attach })
    const only = ['--only', 'sign-in.audience', '--only', 'metadata.configures-party', '--only', 'sign-out']
    const ended = await brokerspec(['run', '--seed', '1', '--runs', '5', '--target', file, ...only])
    expect([ended.code, /\n\s+at /.test(ended.err + ended.out)]).toEqual([2, false])
    const judged = ended.report().verdicts.filter(({ check }) => invariants.every(({ id }) => id !== check))
    expect(new Set(judged.map(({ status }) => status))).toEqual(new Set(['inconclusive']))
  })
})

const alive = (note: string): boolean => {
  if (!existsSync(note)) return false
  const state = spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(note, 'utf8')])
    .stdout.toString()
    .trim()
  return state !== '' && !state.startsWith('Z')
}

test.for(['SIGINT', 'SIGTERM'] as const)(
  '%s in mid-run ends it in order: no orphan, a report, exit code 2',
  { timeout },
  async (signal) => {
    const note = join(folder(), 'pid')
    const when = { says: 'authorize', act: () => undefined }
    const started = Date.now()
    const ended = brokerspec(['run', '--seed', '1', '--target', misbehaving('silent', note)], {
      when: {
        ...when,
        says: 'run     ',
        act: (pid) => void untilListening(note).then(() => process.kill(pid, signal)),
      },
    })
    const { code, err, report } = await ended
    expect([code, err]).toEqual([2, expect.stringContaining('interrupted')])
    const doubts = report().verdicts.flatMap((verdict) => (verdict.status === 'inconclusive' ? [verdict.why] : []))
    expect(new Set(doubts)).toEqual(new Set(['interrupted']))
    expect(alive(note)).toBe(false)
    expect(Date.now() - started).toBeLessThan(30_000)
  },
)

/** The program has noted itself, and so the run is waiting for its answers. */
const untilListening = async (note: string) => {
  while (!existsSync(note)) await new Promise((resolve) => setTimeout(resolve, 20))
  await new Promise((resolve) => setTimeout(resolve, 1_000))
}
