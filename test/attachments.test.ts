import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { declaredCapabilities } from '../fixtures/clauses/clause.ts'
import { makeAuthority } from '../fixtures/world/authority.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import type { Universe } from '../harness/universe.ts'
import type { BrokerDefinition } from '../harness/target/target.ts'
import { openUniverse } from '../harness/universe.ts'
import { freePorts } from '../harness/launch/child.ts'
import { openLauncher } from '../harness/launch/launcher.ts'
import { readTarget } from '../harness/target/load.ts'
import { loadBroker } from './loaded-broker.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import type { Provision } from '../fixtures/world/provision.ts'
import { httpsWire } from '../harness/wire/https.ts'
import { textOf } from '../protocols/wire.ts'
import { brokerChecks as checks } from '../suites/index.ts'
import { referenceBroker } from '../targets/reference/target.ts'
import { brokerspec } from './cli/command.ts'

const timeout = 600_000
const root = join(import.meta.dirname, '..')
const program = join(root, 'targets', 'reference', 'program.json')
const keyring = await makeKeyring()
const world = worldOf(1, checks, keyring)

test('the reference broker passes as a program on HTTPS', { timeout }, async () => {
  const { code, report } = await brokerspec(['run', '--seed', '1', '--runs', '5', '--target', program])
  expect([code, report().run.transport]).toEqual([0, 'https'])
})

/** Whether a pending sign-in is still known after the clock was moved by so many ms. */
const survives = async (universe: Universe, ms: number) => {
  const [check] = checks
  const slice = universe.slice(check?.id ?? '')
  const [client, user] = [slice?.clients[0], slice?.users[0]]
  if (!client || !user || !universe.dialect.authorize) throw new Error('nothing to sign in with')
  const request = universe.dialect.authorize.request(
    {
      clientId: client.id,
      redirectUri: client.redirectUris[0] ?? '',
      responseType: 'code',
      resource: client.resource,
      state: 's',
    },
    universe.at,
  )
  const browser = universe.browser(check?.id ?? '', 'run', new AbortController().signal)
  const sent = (await browser.go(request)).find(({ to }) => to === 'idp')
  const state = new URL(`https://x${sent?.request.rawPath}`).searchParams.get('state')
  await universe.clock.advance(ms)
  const callback = {
    method: 'GET',
    origin: universe.at.target,
    rawPath: `${universe.at.paths.callback}?code=c&state=${state}`,
    headers: [],
  }
  const last = (await browser.go(callback)).at(-1)
  await universe.clock.reset()
  return !textOf(last?.response ?? {}).includes('An error occurred while processing an authorization response')
}

test('one clock moves them all: shared, by a function, by HTTP', { timeout }, async () => {
  const own = { offset: 0 }
  const launcher = await openLauncher()
  const definition: BrokerDefinition = {
    ...referenceBroker(),
    capabilities: ['oauth', 'oidc', 'clock'],
    attach: {
      open: (provision: Parameters<typeof makeBroker>[0], io: Parameters<typeof makeBroker>[1]) => ({
        wire: makeBroker(provision, { ...io, clock: { now: () => Date.now() + own.offset } }),
      }),
    },
    control: { clock: async (now: number) => void (own.offset = now - Date.now()) },
  }
  const universes = await Promise.all([
    openUniverse<'broker'>({ target: readTarget(referenceBroker(), 'x'), world, transport: 'direct' }),
    openUniverse<'broker'>({ target: readTarget(definition, 'x'), world, transport: 'direct' }),
    openUniverse<'broker'>({
      target: await loadBroker(program),
      world,
      transport: 'https',
      launcher: launcher.address,
    }),
  ])
  try {
    for (const universe of universes) {
      expect(await survives(universe, 9 * 60_000)).toBe(true)
      expect(await survives(universe, 11 * 60_000)).toBe(false)
      expect(await survives(universe, 0)).toBe(true)
    }
  } finally {
    await Promise.all(universes.map((universe) => universe.close()))
    await launcher.close()
  }
})

/** The keys that the mock identity provider serves in a run, to a target that trusts nothing but this authority. */
const keysServed = async (file: string, ca: string): Promise<unknown> => {
  const wire = httpsWire({ ca: [readFileSync(ca, 'utf8')] })
  const universe = await openUniverse<'broker'>({ target: await loadBroker(file), world, transport: 'https' })
  const request = { method: 'GET', origin: universe.at.idp, rawPath: '/common/discovery/keys', headers: [] }
  const answer = await wire(request)
  await Promise.all([universe.close(), wire.close()])
  return JSON.parse(textOf(answer))
}

test('a target that is already running is set up with `provision`, and judged', { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerspec-test-'))
  const [party, idp] = await freePorts(2)
  const file = join(folder, 'target.json')
  const {
    attach: _,
    control: __,
    $schema: ___,
    ...rest
  } = JSON.parse(readFileSync(program, 'utf8')) as Record<string, unknown>
  const attach = {
    origins: { party: `https://127.0.0.1:${party}` },
    mocks: { idp: `https://localhost:${idp}` },
    provision: 'provision.json',
    ca: 'ca.pem',
  }
  const capabilities = ['oauth', 'oidc', 'realm-selector']
  writeFileSync(file, JSON.stringify({ ...rest, capabilities, attach }))
  expect((await brokerspec(['provision', '--target', file])).code).toBe(0)
  const ca = await makeAuthority()
  const { cert, key } = await ca.issue(['127.0.0.1'])
  for (const [name, text] of Object.entries({
    'ca.pem': ca.certificate,
    'cert.pem': cert,
    'key.pem': key,
  }))
    writeFileSync(join(folder, name), text)

  const options = [
    '--provision',
    'provision.json',
    '--ports',
    String(party),
    '--cert',
    'cert.pem',
    '--key',
    'key.pem',
    '--ca',
    'provision.ca.pem',
  ]
  const running = spawn(process.execPath, [join(root, 'targets', 'reference', 'program.ts'), ...options], {
    cwd: folder,
    stdio: 'ignore',
  })
  try {
    const untilUp = async (): Promise<unknown> =>
      brokerspec(['run', '--seed', '1', '--runs', '5', '--target', file]).then((ended) =>
        ended.code === 5 ? untilUp() : ended,
      )
    const ended = (await untilUp()) as Awaited<ReturnType<typeof brokerspec>>
    expect([ended.code, ended.err]).toEqual([0, ''])
    const { verdicts } = ended.report()
    const passed = verdicts.filter(({ status }) => status === 'pass')
    const absent = verdicts.flatMap((verdict) => (verdict.status === 'not-applicable' ? verdict.missing : []))
    expect(passed.length + verdicts.filter(({ status }) => status === 'not-applicable').length).toBe(verdicts.length)
    expect(passed.length).toBeGreaterThan(verdicts.length / 2)
    const lacking: readonly string[] = declaredCapabilities.filter((one) => !capabilities.includes(one))
    expect(absent.filter((one) => !lacking.includes(one) && !one.startsWith('shape:'))).toEqual([])
    const document = JSON.parse(readFileSync(join(folder, 'provision.json'), 'utf8')) as Provision
    expect(await keysServed(file, join(folder, 'provision.ca.pem'))).toEqual(document.issuers[0]?.jwks)
  } finally {
    running.kill()
  }
})
