import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import { judge } from '../harness/judge/judge.ts'
import { openLauncher } from '../harness/launch/launcher.ts'
import { loadTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { honestSignIn } from '../mocks/broker/sign-in-policies.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import { rollsOver } from '../suites/broker/sign-in/rollover.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const trial = { keyring, seed: 1, chosen: [rollsOver] }

test('a withdrawn key that goes on to sign is accused though its certificate is still published', async () => {
  const signIn = {
    ...honestSignIn,
    signsWith: (signers: Parameters<typeof honestSignIn.signsWith>[0]) => signers.at(-1),
    publishes: (signers: Parameters<typeof honestSignIn.publishes>[0]) => signers.map((one) => one.certificate),
  }
  const [verdict] = await verdictsOn({ signIn }, trial)
  expect(verdict).toMatchObject({ status: 'fail', signature: 'metadata.rollover/withdrawn-key' })
})

test('a target that gives no way to rotate is accused of nothing', async () => {
  const [verdict] = await verdictsOn({ open: (provision, io) => ({ wire: makeBroker(provision, io), nodes: [makeBroker(provision, io), makeBroker(provision, io)] }) }, trial) // prettier-ignore
  expect(verdict).toMatchObject({ status: 'inconclusive', why: 'undelivered' })
})

test('a target that is launched rotates by a request', { timeout: 300_000 }, async () => {
  const launcher = await openLauncher()
  const target = await loadTarget(join(import.meta.dirname, '../targets/reference/program.json'))
  const world = worldOf(1, [rollsOver], keyring)
  const universe = await openUniverse({ target, world, transport: 'https', launcher: launcher.address })
  try {
    const verdict = await judge(rollsOver, universe, { seed: 1, runs: 10 })
    expect(verdict).toMatchObject({ status: 'pass', cases: 2 })
  } finally {
    await universe.close()
    await launcher.close()
  }
})
