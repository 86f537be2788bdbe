import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportKeyring } from '../fixtures/world/keyring.ts'
import type { Provision } from '../fixtures/world/provision.ts'
import { provisionOf } from '../fixtures/world/provision.ts'
import { single } from '../fixtures/world/slice.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import { judge } from '../harness/judge/judge.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import type { LauncherAddress } from '../harness/launch/launcher.ts'
import { readTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { brokerChecks as checks } from '../suites/index.ts'

/** Writes a provision document and its keys, as `brokerspec provision` does, for a target at `party`. */
export const setUpByHand = async (folder: string, keyring: Keyring, idp: string, party: string): Promise<Provision> => {
  const world = worldOf(1, [{ id: 'by hand', needs: { shape: single } }], keyring)
  const provision = provisionOf(world, {
    idp,
    target: party,
    paths: { callback: '/authorize/oauth/2', reply: '/wsfed/reply' },
  })
  writeFileSync(join(folder, 'provision.json'), JSON.stringify(provision))
  writeFileSync(join(folder, 'provision.keys.json'), JSON.stringify(await exportKeyring(keyring)))
  return provision
}

const chosen = checks.filter(({ id }) =>
  /^authorize\.(many-uris\.|unregistered-redirect\.stranger$|.*\.replayed$)/.test(id),
)

/** The statuses of three checks against a target that is attached so; paths are relative to the folder. */
export const statusesOf = async (
  attach: object,
  folder: string,
  keyring: Keyring,
  launcher?: LauncherAddress,
  more: object = {},
): Promise<Verdict['status'][]> => {
  const base = { schema: 1, role: 'broker', subject: { name: 'n', version: '1' }, capabilities: ['oauth', 'oidc'] }
  const target = readTarget({ ...base, ...more, attach }, join(folder, 'target.json'))
  const world = worldOf(1, chosen, keyring)
  const universe = await openUniverse({ target, world, transport: 'https', ...(launcher && { launcher }) })
  try {
    const statuses: Verdict['status'][] = []
    for (const check of chosen) statuses.push((await judge(check, universe, { seed: 1, runs: 10 })).status)
    return statuses
  } finally {
    await universe.close()
  }
}
