import { expect, test } from 'vitest'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import type { InProcess, Surroundings } from '../target/target.ts'
import { Trouble } from '../trouble.ts'
import { openTarget } from './open.ts'

const provision: Provision = {
  schema: 'brokerspec-provision/1',
  application: { id: 'a', secret: 's', realm: 'r', reply: 'https://broker.test/reply' },
  issuers: [],
  tenants: [],
  clients: [],
  parties: [],
}
const nobody = async () => textResponse(404, '')
const io: Surroundings = { wire: nobody, clock: { now: () => 0 }, origin: 'https://broker.test' }
const given = (open: unknown, within = 10_000) => openTarget({ open } as InProcess, provision, io, within)

test('a target is opened with its provision and its surroundings', async () => {
  const asked: unknown[] = []
  const clock = async () => undefined
  const open = (...all: unknown[]) => {
    asked.push(...all)
    return { wire: nobody, clock }
  }
  const running = await given(open)
  expect((await running.wire({ method: 'GET', origin: io.origin, rawPath: '/', headers: [] })).status).toBe(404)
  expect(running.clock).toBe(clock)
  await running.close?.()
  expect(asked).toEqual([provision, io])
})

test('a target that calls process.exit while it runs is dead from then on', async () => {
  const own = process.exit
  const later = Promise.withResolvers<void>()
  const running = await given(() => ({
    wire: async ({ rawPath }: WireRequest) => {
      if (rawPath === '/slow') await later.promise
      if (rawPath === '/exit') process.exit(0)
      return textResponse(200, 'alive')
    },
  }))
  const ask = (rawPath: string) =>
    running.wire({ method: 'GET', origin: io.origin, rawPath, headers: [] }).then(textOf, String)
  expect(await ask('/')).toBe('alive')
  const slow = ask('/slow')
  expect(await ask('/exit')).toContain('process.exit(0) was called')
  later.resolve()
  expect([await slow, await ask('/')]).toEqual(Array(2).fill('Error: the target is dead: it called process.exit(0)'))
  await running.close?.()
  expect(process.exit).toBe(own)
})

const throws = (cause: unknown) => () => {
  throw cause
}

test.each([
  ['throws', throws(new Error('no licence')), 'no licence'],
  ['rejects', () => Promise.reject(new TypeError('bad key')), 'bad key'],
  ['throws no error', throws('a text'), 'a text'],
  ['gives nothing', () => undefined, 'gave no { wire }'],
  ['gives no function', () => ({ wire: 'https://broker.test' }), 'gave no { wire }'],
  ['calls process.exit', () => process.exit(0), 'process.exit(0)'],
  ['never ends', () => new Promise(() => undefined), 'not done after 20 ms'],
])('one that %s cannot be reached, and the message is its own', async (_, open, message) => {
  const trouble = await given(open, 20).catch((cause: unknown) => cause)
  expect(trouble).toBeInstanceOf(Trouble)
  expect(trouble).toMatchObject({
    kind: 'unreachable',
    place: 'attach.open()',
    message: expect.stringContaining(message),
    mend: expect.stringContaining('open()'),
  })
})
