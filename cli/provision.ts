import { parseArgs } from 'node:util'
import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportKeyring } from '../fixtures/world/keyring.ts'
import { provisionOf } from '../fixtures/world/provision.ts'
import { single } from '../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import { besides, readProvision } from '../harness/attach/by-hand.ts'
import { resolveDialect } from '../harness/dialects/resolve.ts'
import { kindsOf } from '../harness/target/kinds.ts'
import { Trouble } from '../harness/trouble.ts'
import { outlineIn, readNumber } from './options.ts'

const shape = {
  ...single,
  tenants: 2,
  clientsPerTenant: 2,
  partiesPerTenant: 2,
  signInClientsPerTenant: 1,
  sharePointClientsPerTenant: 1,
}

/**
 * `brokerspec provision`: writes the document that an already running target must be set up with, and beside it the keys
 * that every run against this target will use. What is there stays; `--renew` makes new keys for a document and leaves the
 * rest of it as it is.
 */
export const provision = async (args: string[]): Promise<number> => {
  const { values } = parseArgs({
    args,
    options: {
      target: { type: 'string' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      renew: { type: 'boolean', default: false },
    },
  })
  if (values.target === undefined)
    throw new Trouble('usage', {
      place: 'provision',
      problem: 'it needs a target file',
      mend: 'provision --target <file>',
    })
  const target = await outlineIn(values.target)
  if (target.role !== 'broker' || !('origins' in target.attach)) {
    throw new Trouble('usage', {
      place: `${values.target}: attach`,
      problem: 'this target is provisioned by the harness at every start',
      mend: 'only a target that is attached by "origins" is set up by hand',
    })
  }
  const { origins, mocks, provision: expected } = target.attach
  const document = values.out ?? join(target.directory, expected)
  const { keys, ca } = besides(document)
  const there = [document, keys, ca].filter((file) => existsSync(file))
  if (there.length > 0 && !values.renew) {
    throw new Trouble('usage', {
      place: there.join(', '),
      problem: 'is there already, and a target may have been set up with it',
      mend: 'go on with it, or make new keys for it with --renew and set the target up again',
    })
  }

  const existing = existsSync(document) ? await readProvision(document) : undefined
  const seed = readNumber('--seed', values.seed, 0)
  const keyring = await makeKeyring(true)
  const world = worldOf(seed, [{ id: 'provision', needs: { shape } }], keyring, kindsOf(target))
  const { paths } = resolveDialect(target.dialect)
  const places = { idp: mocks.idp, target: origins.party, paths }
  await write(keys, await exportKeyring(keyring), 0o600)
  await write(ca, keyring.ca.certificate)
  const fresh = provisionOf(world, places)
  await write(document, existing ? { ...existing, issuers: fresh.issuers } : fresh)
  console.log(
    [
      `${document}\n    set the target up with it`,
      `${ca}\n    let the target trust it: it vouches for the mock identity provider at ${mocks.idp}`,
      `${keys}\n    private, for brokerspec alone: keep it beside the document and out of version control`,
    ].join('\n'),
  )
  return 0
}

/** Writes a file whole or not at all; nobody else may ever read one of mode 600. */
const write = async (path: string, content: string | object, mode = 0o666) => {
  const part = `${path}.part`
  try {
    await rm(part, { force: true })
    await writeFile(part, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`, {
      mode,
      flag: 'wx',
    })
    await rename(part, path)
  } catch (cause) {
    throw new Trouble('usage', {
      place: path,
      problem: `cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      mend: 'name a file that can be written, with --out or as attach.provision',
    })
  }
}
