import { expect, onTestFinished, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { freePorts } from '../harness/launch/child.ts'
import { openLauncher } from '../harness/launch/launcher.ts'
import { serve } from '../harness/wire/serve.ts'
import { folder as temporary, targetFile } from './cli/command.ts'
import { setUpByHand, statusesOf } from './set-up-by-hand.ts'
import { twoOrigins } from './targets/two-origins.ts'

const timeout = 300_000
const keyring = await makeKeyring(true)
const passed = ['pass', 'pass', 'pass']
const doubted = ['inconclusive', 'inconclusive', 'inconclusive']

test('who is sent to a further origin of a launched target is still with the target', { timeout }, async () => {
  const launcher = await openLauncher()
  onTestFinished(() => launcher.close())
  const command = ['{node}', targetFile('two-origins.ts'), '{provision}', '{port}', '{port2}', '{cert}', '{key}']
  const attach = { command, ready: { path: '/health' } }
  const also = ['https://127.0.0.1:{port2}']
  expect(await statusesOf({ ...attach, also }, '/', keyring, launcher.address)).toEqual(passed)
  expect(await statusesOf(attach, '/', keyring, launcher.address)).toEqual(doubted)
})

test('who is sent to a further origin of a running target is still with the target', { timeout }, async () => {
  const folder = temporary()
  const [one, other, third] = await freePorts(3)
  const [party, second, idp] = [`https://127.0.0.1:${one}`, `https://127.0.0.1:${other}`, `https://localhost:${third}`]
  const wires = twoOrigins(await setUpByHand(folder, keyring, idp, party), party, second)
  const identity = await keyring.ca.issue(['127.0.0.1'])
  const served = [
    await serve(wires.first, identity, { port: one }),
    await serve(wires.second, identity, { port: other }),
  ]
  onTestFinished(async () => void (await Promise.all(served.map(({ close }) => close()))))

  const attach = { mocks: { idp }, provision: 'provision.json' }
  const judged = (origins: object) => statusesOf({ ...attach, origins }, folder, keyring)
  expect(await judged({ party, also: [second] })).toEqual(passed)
  expect(await judged({ party })).toEqual(doubted)
  await expect(judged({ party, also: [idp] })).rejects.toThrow('named twice')
  await expect(judged({ party, also: ['https://trust.k2.com'] })).rejects.toThrow('permission')
})
