import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { DialectChoice } from '../harness/dialects/resolve.ts'
import { brokerChecks as checks } from '../suites/index.ts'
import { verdictsOn } from './proving-ground.ts'
import { formPostBroker } from './targets/form-post.ts'

const keyring = await makeKeyring()
const posted = { extends: 'k2trust', responseMode: 'form_post' } as const
const chosen = checks.filter(({ id }) => /\.callback-unknown\.|\.starts-code-flow\.|\.many-uris\./.test(id))

/** The status of every chosen check, over both wires. */
const statuses = async (dialect: DialectChoice, faults = {}) => {
  const open = (...[provision, io]: Parameters<typeof formPostBroker>) => {
    const wire = formPostBroker(provision, io, faults)
    return { wire, nodes: [wire, wire] }
  }
  const over = async (transport: 'direct' | 'https') =>
    Object.fromEntries(
      (await verdictsOn({ open, dialect }, { keyring, seed: 1, transport, chosen, runs: 20 })).map(
        ({ check, status }) => [check, status],
      ),
    )
  const direct = await over('direct')
  expect(await over('https')).toEqual(direct)
  return direct
}

test('a broker whose callback is posted to is judged in its own response mode, and passes', async () => {
  expect(new Set(Object.values(await statuses(posted)))).toEqual(new Set(['pass']))
})

test('and fails for what it does with a posted callback', async () => {
  const found = await statuses(posted, { guesses: true })
  expect(found['authorize.callback-unknown.stranger']).toBe('fail')
  expect(found['authorize.many-uris.each']).toBe('pass')
})

test('in another response mode nothing can be said of its callback', async () => {
  const found = await statuses('k2trust', { guesses: true })
  expect(found['authorize.callback-unknown.stranger']).toBe('inconclusive')
})
