import { parseArgs } from 'node:util'
import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportKeyring } from '../fixtures/world/keyring.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import { besides } from '../harness/attach/by-hand.ts'
import { placeOf } from '../harness/attach/site.ts'
import { Trouble } from '../harness/trouble.ts'
import { documentOf } from './documents.ts'
import { outlineIn, readNumber } from './options.ts'

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
  if (values.out === '')
    throw new Trouble('usage', {
      place: '--out',
      problem: 'it names no file',
      mend: 'give a path, or leave --out away',
    })
  const target = await outlineIn(values.target)
  if (!('origins' in target.attach)) {
    throw new Trouble('usage', {
      place: `${values.target}: attach`,
      problem: 'this target is provisioned by the harness at every start',
      mend: 'only a target that is attached by "origins" is set up by hand',
    })
  }
  const document = values.out ?? join(target.directory, target.attach.provision)
  const { keys, ca } = besides(document)
  const there = [document, keys, ca].filter((file) => existsSync(file))
  if (there.length > 0 && !values.renew) {
    throw new Trouble('usage', {
      place: there.join(', '),
      problem: 'is there already, and a target may have been set up with it',
      mend: 'go on with it, or make new keys for it with --renew and set the target up again',
    })
  }

  const keyring = await makeKeyring(true)
  const seed = readNumber('--seed', values.seed, 0)
  const existing = existsSync(document) ? document : undefined
  const made = await documentOf(target, target.attach, { keyring, seed, existing })
  await write(keys, await exportKeyring(keyring), 0o600)
  await write(ca, keyring.ca.certificate)
  await write(document, made)
  const mocks = Object.entries(placeOf(target.attach).mocks)
  console.log(
    [
      `${document}\n    set the target up with it`,
      `${ca}\n    let the target trust it: it vouches for ${mocks.map(([actor, place]) => `the mock ${actor} at ${place}`).join(', ')}`,
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
