import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import { judge } from '../harness/judge/judge.ts'
import { openLauncher } from '../harness/launch/launcher.ts'
import { readTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { tlsOnly } from '../suites/broker/sign-in/tls.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const launcher = await openLauncher()
afterAll(() => launcher.close())

const verdictOn = async (way: string) => {
  const command = ['{node}', 'targets/plain.ts', way, '{port}', '{provision}', '{cert}', '{key}', '{ca}']
  const definition = {
    schema: 1,
    role: 'broker',
    subject: { name: 'plain', version: '1' },
    capabilities: ['oidc', 'wsfed-upstream'],
    attach: { command, ready: { path: '/health' } },
  }
  const target = readTarget(definition, join(import.meta.dirname, 'target.json'))
  const world = worldOf(1, [tlsOnly], keyring)
  const universe = await openUniverse({ target, world, transport: 'https', launcher: launcher.address })
  try {
    return await judge(tlsOnly, universe, { seed: 1, runs: 10 })
  } finally {
    await universe.close()
  }
}
const timeout = 300_000

test.each(['to-https', 'refuses'])('a target that %s plain HTTP passes', { timeout }, async (way) => {
  expect(await verdictOn(way)).toMatchObject({ status: 'pass', cases: 5, notes: [] })
})

test('a target that serves plain HTTP is accused', { timeout }, async () => {
  expect(await verdictOn('serves')).toMatchObject({ status: 'fail', signature: 'sign-in.tls-only/served-plainly' })
})

test('nobody knows what a target means that sends plain HTTP elsewhere', { timeout }, async () => {
  expect(await verdictOn('away')).toMatchObject({ status: 'inconclusive', why: 'unreadable' })
})

test('a target within this process has no port of its own, which is told', async () => {
  const [verdict] = await verdictsOn({}, { keyring, seed: 1, transport: 'https', chosen: [tlsOnly] })
  expect(verdict).toMatchObject({
    status: 'pass',
    cases: 2,
    notes: ['plain HTTP was not tried: a target within this process has no port of its own'],
  })
})
