import { expect, test } from 'vitest'
import type { Provision } from '../../fixtures/world/provision.ts'
import { textResponse } from '../../protocols/wire.ts'
import type { InProcess, Surroundings } from '../target/target.ts'
import { Trouble } from '../trouble.ts'
import { openTarget } from './open.ts'

const provision: Provision = { schema: 'brokerspec-provision/1', issuers: [], tenants: [], clients: [], parties: [] }
const nobody = async () => textResponse(404, '')
const io: Surroundings = { wire: nobody, clock: { now: () => 0 }, origin: 'https://broker.test' }
const given = (open: unknown, within = 10_000) => openTarget({ open } as InProcess, provision, io, within)

test('a target is opened with its provision and its surroundings', async () => {
  const asked: unknown[] = []
  const running = { wire: nobody }
  const open = (...all: unknown[]) => {
    asked.push(...all)
    return running
  }
  expect(await given(open)).toBe(running)
  expect(asked).toEqual([provision, io])
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
