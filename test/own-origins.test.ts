import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exportKeyring } from '../fixtures/world/keyring.ts'
import { provisionOf } from '../fixtures/world/provision.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import { judge } from '../harness/judge/judge.ts'
import { freePorts } from '../harness/launch/child.ts'
import { openLauncher } from '../harness/launch/launcher.ts'
import { readTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { serve } from '../harness/wire/serve.ts'
import type { LauncherAddress } from '../harness/launch/launcher.ts'
import { checks } from '../suites/index.ts'
import { targetFile } from './cli/command.ts'
import { twoOrigins } from './targets/two-origins.ts'

const timeout = 60_000
const keyring = await makeKeyring(true)
const chosen = checks.filter(({ id }) =>
  [
    'authorize.many-uris.each',
    'authorize.unregistered-redirect.stranger',
    'authorize.callback-unknown.replayed',
  ].includes(id),
)
const base = { schema: 1, role: 'broker', subject: { name: 'n', version: '1' }, capabilities: ['oauth', 'oidc'] }

const statuses = async (attach: object, folder: string, launcher?: LauncherAddress) => {
  const target = readTarget({ ...base, attach }, join(folder, 'target.json'))
  const parts = { target, world: worldOf(1, chosen, keyring), transport: 'https' as const }
  const universe = await openUniverse({ ...parts, ...(launcher && { launcher }) })
  try {
    const verdicts = []
    for (const check of chosen) verdicts.push(await judge(check, universe, { seed: 1, runs: 10 }))
    return verdicts.map(({ status }) => status)
  } finally {
    await universe.close()
  }
}
const passed = ['pass', 'pass', 'pass']
const doubted = ['inconclusive', 'inconclusive', 'inconclusive']

test('who is sent to a further origin of a launched target is still with the target', { timeout }, async () => {
  const launcher = await openLauncher()
  onTestFinished(() => launcher.close())
  const command = ['{node}', targetFile('two-origins.ts'), '{provision}', '{port}', '{port2}', '{cert}', '{key}']
  const attach = { command, ready: { path: '/health' } }
  const also = ['https://127.0.0.1:{port2}']
  expect(await statuses({ ...attach, also }, tmpdir(), launcher.address)).toEqual(passed)
  expect(await statuses(attach, tmpdir(), launcher.address)).toEqual(doubted)
})

test('who is sent to a further origin of a running target is still with the target', { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerspec-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [one, other, third] = await freePorts(3)
  const [party, second, idp] = [`https://127.0.0.1:${one}`, `https://127.0.0.1:${other}`, `https://localhost:${third}`]
  const shape = { tenants: 1, clientsPerTenant: 1, partiesPerTenant: 1, usersPerTenant: 1 }
  const provision = provisionOf(worldOf(1, [{ id: 'own', needs: { shape } }], keyring), {
    idp,
    callback: `${party}/authorize/oauth/2`,
  })
  writeFileSync(join(folder, 'provision.json'), JSON.stringify(provision))
  writeFileSync(join(folder, 'provision.keys.json'), JSON.stringify(await exportKeyring(keyring)))
  const wires = twoOrigins(provision, party, second)
  const identity = await keyring.ca.issue(['127.0.0.1'])
  const served = [
    await serve(wires.first, identity, { port: one }),
    await serve(wires.second, identity, { port: other }),
  ]
  onTestFinished(async () => void (await Promise.all(served.map(({ close }) => close()))))

  const attach = { mocks: { idp }, provision: 'provision.json' }
  expect(await statuses({ ...attach, origins: { party, also: [second] } }, folder)).toEqual(passed)
  expect(await statuses({ ...attach, origins: { party } }, folder)).toEqual(doubted)

  await expect(statuses({ ...attach, origins: { party, also: [idp] } }, folder)).rejects.toThrow('named twice')
  await expect(statuses({ ...attach, origins: { party, also: ['https://trust.k2.com'] } }, folder)).rejects.toThrow(
    'permission',
  )
})
