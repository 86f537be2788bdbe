import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeAuthority } from '../fixtures/world/authority.ts'
import type { CacheProvision } from '../fixtures/world/cache-provision.ts'
import { freePorts } from '../harness/launch/child.ts'
import { brokerspec } from './cli/command.ts'

const timeout = 600_000
const reference = join(import.meta.dirname, '..', 'targets', 'reference')
const launched = JSON.parse(readFileSync(join(reference, 'token-cache-program.json'), 'utf8')) as {
  cache: Record<string, unknown>
}
const { serviceAccount: _, appOnly: __, onPremises: ___, ...cache } = launched.cache
const declared = { ...launched, $schema: undefined, cache, capabilities: ['clock', 'inbound'] }

/** A folder with the target file of a token cache that is said to be running on ports of this machine. */
const cacheByHand = async (more: object = {}, file: object = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerspec-test-'))
  const [port = 0, broker = 0, idp = 0] = await freePorts(3)
  const attach = {
    origins: { party: `https://127.0.0.1:${port}` },
    mocks: { broker: `https://localhost:${broker}`, idp: `https://localhost:${idp}` },
    provision: 'provision.json',
    ca: 'ca.pem',
    ...more,
  }
  const path = (name: string) => join(folder, name)
  writeFileSync(path('target.json'), JSON.stringify({ ...declared, ...file, attach }))
  const document = () => JSON.parse(readFileSync(path('provision.json'), 'utf8')) as CacheProvision
  const change = (changed: object) =>
    writeFileSync(path('provision.json'), JSON.stringify({ ...document(), ...changed }))
  return { folder, port, broker, idp, path, document, change }
}
const run = (target: string, ...more: string[]) =>
  brokerspec(['run', '--seed', '1', '--runs', '5', '--target', target, ...more])
const provision = (target: string, ...more: string[]) => brokerspec(['provision', '--target', target, ...more])

/** Starts the reference token cache with what `provision` wrote; gives how it is stopped. */
const start = async ({ folder, port, path }: Awaited<ReturnType<typeof cacheByHand>>, fault?: string) => {
  const ca = await makeAuthority()
  const { cert, key } = await ca.issue(['127.0.0.1'])
  for (const [name, text] of Object.entries({ 'ca.pem': ca.certificate, 'cert.pem': cert, 'key.pem': key }))
    writeFileSync(path(name), text)
  const told = { provision: 'provision.json', port: String(port), cert: 'cert.pem', key: 'key.pem', ca: 'provision.ca.pem' } // prettier-ignore
  const options = Object.entries({ ...told, ...(fault !== undefined && { fault }) }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ])
  const running = spawn(process.execPath, [join(reference, 'token-cache-program.ts'), ...options], {
    cwd: folder,
    stdio: 'ignore',
  })
  return () => running.kill()
}

test(
  'one that is already running is set up with `provision`, and passes as often as it is judged, whatever it keeps',
  { timeout },
  async () => {
    const cacheThere = await cacheByHand()
    const { path, broker, idp, document } = cacheThere
    const made = await provision(path('target.json'))
    expect([made.code, made.err]).toEqual([0, ''])
    expect(made.out).toContain(`the mock broker at https://localhost:${broker}`)
    expect(made.out).toContain(`the mock idp at https://localhost:${idp}`)
    expect(document().broker.tokenEndpoint).toMatch(`https://localhost:${broker}/`)
    expect(JSON.stringify(document())).not.toMatch(/PRIVATE|"d"|secret-/)
    const stop = await start(cacheThere)
    try {
      const untilUp = async (): Promise<Awaited<ReturnType<typeof run>>> => {
        const ended = await run(path('target.json'))
        return ended.code === 5 ? untilUp() : ended
      }
      for (const ended of [await untilUp(), await run(path('target.json'))]) {
        expect([ended.code, ended.err]).toEqual([0, ''])
        const { verdicts } = ended.report()
        const judged = verdicts.filter(({ status }) => status !== 'not-applicable')
        expect(judged.filter(({ status }) => status !== 'pass')).toEqual([])
        expect(judged.length).toBeGreaterThan(30)
      }
    } finally {
      stop()
    }
  },
)

test('one with a fault fails by what the fault breaks', { timeout }, async () => {
  const cacheThere = await cacheByHand()
  await provision(cacheThere.path('target.json'))
  const stop = await start(cacheThere, 'cache.renews-every-call')
  try {
    const untilUp = async (): Promise<Awaited<ReturnType<typeof run>>> => {
      const ended = await run(cacheThere.path('target.json'), '--only', 'cache.valid-token')
      return ended.code === 5 ? untilUp() : ended
    }
    const { code, report } = await untilUp()
    expect([code, report().verdicts.find(({ check }) => check === 'cache.valid-token.as-it-is')?.status]).toEqual([
      1,
      'fail',
    ])
  } finally {
    stop()
  }
})

describe('nothing is judged', () => {
  test('by a document that says other than the target file, and each difference is named', { timeout }, async () => {
    const { path, document, change } = await cacheByHand()
    await provision(path('target.json'))
    const { broker, resources } = document()
    const [first, ...others] = resources
    change({
      broker: { ...broker, tokenEndpoint: 'https://elsewhere.test/token' },
      resources: [{ ...first, api: 'https://elsewhere.test/api' }, ...others],
    })
    const { code, err } = await run(path('target.json'))
    expect([code, err]).toEqual([4, expect.stringContaining(path('provision.json'))])
    expect(err).toMatch(/broker\.tokenEndpoint: it is https:\/\/elsewhere\.test\/token, and by the target file https:\/\/localhost/) // prettier-ignore
    expect(err).toMatch(/resources\.0\.api: it is https:\/\/elsewhere\.test\/api, and by the target file/)
    expect(err).toContain('profile.through')
  })

  test('by a document whose resources are of no tenant, or there twice', { timeout }, async () => {
    const { path, document, change } = await cacheByHand()
    await provision(path('target.json'))
    const [first, ...others] = document().resources
    change({ resources: [first, { ...first, tenant: 'nobody' }, ...others] })
    const { code, err } = await run(path('target.json'))
    expect(code).toBe(4)
    expect(err).toMatch(/resources\.1\.tenant: there is no tenant nobody\s+resources\.1\.id: .* is the id of another/)
  })

  test('with keys of another document', { timeout }, async () => {
    const { path } = await cacheByHand()
    await provision(path('target.json'))
    await provision(path('target.json'), '--out', path('other.json'))
    writeFileSync(path('provision.keys.json'), readFileSync(path('other.keys.json')))
    const { code, err } = await run(path('target.json'))
    expect([code, err]).toEqual([
      4,
      expect.stringMatching(/provision\.keys\.json\n.*another key signs for the callers/),
    ])
  })

  test('with a document of another role, and the field is named', { timeout }, async () => {
    const { path } = await cacheByHand()
    writeFileSync(path('provision.json'), '{ "schema": "brokerspec-provision/1" }')
    const { code, err } = await run(path('target.json'))
    expect([code, err]).toEqual([4, expect.stringMatching(/provision\.json\n[^]*schema:[^]*broker:/)])
  })

  test('of a token cache before which no broker is said to stand', { timeout }, async () => {
    const { path } = await cacheByHand({ mocks: { idp: 'https://localhost:9' } })
    const { code, err } = await run(path('target.json'))
    expect([code, err]).toEqual([4, expect.stringContaining('attach.mocks.broker')])
  })
})

test('a document that holds less than a check needs leaves that check out', { timeout }, async () => {
  const cacheThere = await cacheByHand()
  const { path, document, change } = cacheThere
  await provision(path('target.json'))
  const { tenants, resources } = document()
  const [first] = tenants
  change({ tenants: [first], resources: resources.filter(({ tenant }) => tenant === first?.id) })
  const stop = await start(cacheThere)
  try {
    const untilUp = async (): Promise<Awaited<ReturnType<typeof run>>> => {
      const ended = await run(path('target.json'), '--only', 'cache.per-realm', '--only', 'cache.valid-token')
      return ended.code === 5 ? untilUp() : ended
    }
    const { code, report } = await untilUp()
    expect(code).toBe(0)
    expect(report().verdicts.map(({ check, status }) => [check, status])).toEqual(
      expect.arrayContaining([
        ['cache.per-realm.other-realm', 'not-applicable'],
        ['cache.valid-token.as-it-is', 'pass'],
      ]),
    )
  } finally {
    stop()
  }
})

test('--renew makes new keys, and leaves the name that somebody has put into the document', { timeout }, async () => {
  const { path, document, change } = await cacheByHand()
  await provision(path('target.json'))
  const [first, ...others] = document().resources
  change({ resources: [{ ...first, name: 'ours' }, ...others] })
  const before = document()
  expect((await provision(path('target.json'))).code).toBe(4)
  expect((await provision(path('target.json'), '--renew')).code).toBe(0)
  expect(document()).toEqual({ ...before, inbound: { ...before.inbound, jwks: expect.any(Object) } })
  expect(document().inbound.jwks).not.toEqual(before.inbound.jwks)
})
