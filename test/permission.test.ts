import { createHash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { freePorts } from '../harness/launch/child.ts'
import { serve } from '../harness/wire/serve.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import type { Wire } from '../protocols/wire.ts'
import { textResponse } from '../protocols/wire.ts'
import { folder as temporary } from './cli/command.ts'
import { setUpByHand, statusesOf } from './set-up-by-hand.ts'

const keyring = await makeKeyring(true)
const token = 'the token of this test'
const digest = createHash('sha256').update(token).digest('hex')
const lastDay = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** 0.0.0.0 is no name of loopback, and yet reaches this machine. */
test('a target elsewhere is judged with its permission, and meets nobody without', { timeout: 300_000 }, async () => {
  const folder = temporary()
  const [one, other] = await freePorts(2)
  const [party, idp] = [`https://0.0.0.0:${one}`, `https://0.0.0.0:${other}`]
  const broker = makeBroker(await setUpByHand(folder, keyring, idp, party), {
    origin: party,
    clock: { now: () => Date.now() },
    wire: () => Promise.reject(new Error('no code is redeemed here')),
  })
  const asked: string[] = []
  const host: Wire = async (request, signal) => {
    asked.push(request.rawPath.split('?', 1)[0] ?? '')
    if (request.rawPath === '/.well-known/brokerspec') return textResponse(200, digest)
    return broker(request, signal)
  }
  const served = await serve(host, await keyring.ca.issue(['0.0.0.0']), { port: one, host: '0.0.0.0' })
  onTestFinished(() => served.close())

  const attach = { origins: { party }, provision: 'provision.json', mocks: { idp, listen: '0.0.0.0' } }
  const authorisation = { by: 'its owner', until: lastDay(1), token }
  const judged = (changed: object) => statusesOf({ ...attach, ...changed }, folder, keyring)
  await expect(judged({})).rejects.toThrow('proof of permission')
  await expect(judged({ authorisation: { ...authorisation, until: lastDay(-2) } })).rejects.toThrow('is over')
  expect(asked).toEqual([])
  await expect(judged({ authorisation: { ...authorisation, token: `${token}.` } })).rejects.toThrow('does not confirm')
  await expect(judged({ authorisation, mocks: { idp } })).rejects.toThrow('not on loopback')
  expect(new Set(asked)).toEqual(new Set(['/.well-known/brokerspec']))

  expect(await judged({ authorisation })).toEqual(['pass', 'pass', 'pass'])
  expect(asked).toContain('/authorize/oauth/2')

  const nodes = [`0.0.0.0:${one}`, `127.0.0.1:${one}`]
  const clustered = { capabilities: ['oauth', 'oidc', 'nodes'], control: { nodes } }
  const here = { origins: { party: `https://localhost:${one}` }, mocks: { idp: `https://localhost:${other}` } }
  await expect(statusesOf({ ...attach, ...here }, folder, keyring, undefined, clustered)).rejects.toMatchObject({
    place: expect.stringContaining('control.nodes.0'),
  })
})
