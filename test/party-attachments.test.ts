import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeAuthority } from '../fixtures/world/authority.ts'
import type { PartyProvision } from '../fixtures/world/party-provision.ts'
import { freePorts } from '../harness/launch/child.ts'
import { brokerspec } from './cli/command.ts'

const timeout = 600_000
const reference = join(import.meta.dirname, '..', 'targets', 'reference')
const launched = join(reference, 'party-program.json')
const { attach: _, $schema: __, ...rest } = JSON.parse(readFileSync(launched, 'utf8')) as Record<string, unknown>

/** A folder with the target file of a relying party that is said to be running on ports of this machine. */
const partyByHand = async (more: object = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerspec-test-'))
  const [port = 0, broker = 0] = await freePorts(2)
  const attach = {
    origins: { party: `https://127.0.0.1:${port}` },
    mocks: { broker: `https://localhost:${broker}` },
    provision: 'provision.json',
    ca: 'ca.pem',
    ...more,
  }
  const file = (name: string) => join(folder, name)
  writeFileSync(file('target.json'), JSON.stringify({ ...rest, attach }))
  const document = () => JSON.parse(readFileSync(file('provision.json'), 'utf8')) as PartyProvision
  return { folder, port, broker, file, document }
}
const run = (target: string, ...more: string[]) =>
  brokerspec(['run', '--seed', '1', '--runs', '5', '--target', target, ...more])
const provision = (target: string, ...more: string[]) => brokerspec(['provision', '--target', target, ...more])

test('the reference relying party passes as a program on HTTPS', { timeout }, async () => {
  const { code, report } = await run(launched)
  expect([code, report().run.transport]).toEqual([0, 'https'])
  expect(report().verdicts.filter(({ status }) => status !== 'pass')).toEqual([])
})

test(
  'one that is already running is set up with `provision`, and passes as often as it is judged',
  { timeout },
  async () => {
    const { folder, file, port, broker, document } = await partyByHand()
    const made = await provision(file('target.json'))
    expect([made.code, made.out]).toEqual([
      0,
      expect.stringContaining(`the mock broker at https://localhost:${broker}`),
    ])
    expect(document().broker.endpoint).toBe(`https://localhost:${broker}/wsfed`)
    expect(JSON.stringify(document())).not.toMatch(/PRIVATE|"d"/)
    const ca = await makeAuthority()
    const { cert, key } = await ca.issue(['127.0.0.1'])
    for (const [name, text] of Object.entries({ 'ca.pem': ca.certificate, 'cert.pem': cert, 'key.pem': key }))
      writeFileSync(file(name), text)

    const told = {
      provision: 'provision.json',
      port: String(port),
      cert: 'cert.pem',
      key: 'key.pem',
      ca: 'provision.ca.pem',
    }
    const options = Object.entries(told).flatMap(([name, value]) => [`--${name}`, value])
    const running = spawn(process.execPath, [join(reference, 'party-program.ts'), ...options], {
      cwd: folder,
      stdio: 'ignore',
    })
    try {
      const untilUp = async (): Promise<Awaited<ReturnType<typeof run>>> => {
        const ended = await run(file('target.json'))
        return ended.code === 5 ? untilUp() : ended
      }
      for (const ended of [await untilUp(), await run(file('target.json'))]) {
        expect([ended.code, ended.err]).toEqual([0, ''])
        expect(ended.report().verdicts.filter(({ status }) => status !== 'pass')).toEqual([])
      }
    } finally {
      running.kill()
    }
  },
)

describe('nothing is judged', () => {
  test('by a document that says other than the target file, and each difference is named', { timeout }, async () => {
    const { file, document } = await partyByHand()
    await provision(file('target.json'))
    const { broker, parties, ...others } = document()
    const elsewhere = { ...broker, endpoint: 'https://elsewhere.test/wsfed' }
    writeFileSync(
      file('provision.json'),
      JSON.stringify({ ...others, broker: elsewhere, parties: parties.slice(0, 1) }),
    )
    const { code, err } = await run(file('target.json'))
    expect(code).toBe(4)
    expect(err).toContain(file('provision.json'))
    expect(err).toMatch(
      /broker\.endpoint: it is https:\/\/elsewhere\.test\/wsfed, and by the target file https:\/\/localhost/,
    )
    expect(err).toMatch(/parties\.1\.reply: it is missing/)
  })

  test('with keys of another document', { timeout }, async () => {
    const { file } = await partyByHand()
    await provision(file('target.json'))
    await provision(file('target.json'), '--out', file('other.json'))
    writeFileSync(file('provision.keys.json'), readFileSync(file('other.keys.json')))
    const { code, err } = await run(file('target.json'))
    expect([code, err]).toEqual([4, expect.stringMatching(/provision\.keys\.json\n.*another key signs for the broker/)])
  })

  test('with a document of another role, and the field is named', { timeout }, async () => {
    const { file } = await partyByHand()
    writeFileSync(file('provision.json'), '{ "schema": "brokerspec-provision/1" }')
    const { code, err } = await run(file('target.json'))
    expect([code, err]).toEqual([4, expect.stringMatching(/provision\.json\n[^]*schema:[^]*broker:/)])
  })

  test('of a relying party before which an identity provider is said to stand', { timeout }, async () => {
    const { file } = await partyByHand({ mocks: { idp: 'https://localhost:9' } })
    const { code, err } = await run(file('target.json'))
    expect([code, err]).toEqual([4, expect.stringContaining('attach.mocks.broker')])
  })
})

test('--renew makes new keys, and leaves the tenant that somebody has put into the document', { timeout }, async () => {
  const { file, document } = await partyByHand()
  await provision(file('target.json'))
  const tenant = { claim: 'urn:organisation', id: 'ours' }
  const before = { ...document(), tenant }
  writeFileSync(file('provision.json'), JSON.stringify(before))
  expect((await provision(file('target.json'))).code).toBe(4)
  expect((await provision(file('target.json'), '--renew')).code).toBe(0)
  expect(document()).toEqual({ ...before, broker: { ...before.broker, certificates: expect.any(Array) } })
  expect(document().broker.certificates).not.toEqual(before.broker.certificates)
})
