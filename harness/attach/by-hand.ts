import { readFile } from 'node:fs/promises'
import type { Keyring } from '../../fixtures/world/world.ts'
import { keyringSchema, readKeyring, strangersIn } from '../../fixtures/world/keyring.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { provisionSchema, sliceOfProvision } from '../../fixtures/world/provision.ts'
import type { World } from '../../fixtures/world/world.ts'
import { Trouble } from '../trouble.ts'

/** What a target was set up with by hand, and the keys that belong to it. */
export type ByHand = { provision: Provision; keyring: Keyring }

/** The files that belong to a provision document: its private keys, and the certificate of their authority. */
export const besides = (provision: string): { keys: string; ca: string } => {
  const stem = provision.replace(/\.json$/, '')
  return { keys: `${stem}.keys.json`, ca: `${stem}.ca.pem` }
}

/**
 * Reads a provision document and its keys.
 *
 * @throws Trouble when one of them is missing or cannot be read, or when they do not belong together.
 */
export const readByHand = async (path: string): Promise<ByHand> => {
  const provision = await readProvision(path)
  const { keys } = besides(path)
  const keyring = await readKeys(keys, path)
  const strangers = strangersIn(keyring, provision)
  if (strangers.length === 0) return { provision, keyring }
  throw new Trouble('usage', {
    place: keys,
    problem: `these are not the keys of ${path}: another key signs for ${strangers.join(', ')}, and the target would not trust it`,
    mend: 'put back the keys that were written with the document, or make new ones with `brokerspec provision --renew` and set the target up again',
  })
}

/**
 * Reads a provision document.
 *
 * @throws Trouble naming the field that is wrong.
 */
export const readProvision = async (path: string): Promise<Provision> => {
  const problem = async () => {
    const result = provisionSchema.safeParse(JSON.parse(await readFile(path, 'utf8')))
    const slips = result.success ? slipsIn(result.data) : []
    return result.success
      ? slips.length === 0
        ? result.data
        : slips.join('\n')
      : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n')
  }
  const read = await problem().catch((cause: unknown) => String(cause))
  if (typeof read !== 'string') return read
  throw new Trouble('usage', {
    place: path,
    problem: read,
    mend: 'write it with `brokerspec provision`, or mend the field',
  })
}

/** What a document cannot mean: a party of no tenant, and a realm of two parties. */
const slipsIn = ({ tenants, parties }: Provision): string[] =>
  parties.flatMap(({ tenant, realm }, index) => [
    ...(tenants.some(({ id }) => id === tenant) ? [] : [`parties.${index}.tenant: there is no tenant ${tenant}`]),
    ...(parties.findIndex((one) => one.realm === realm) === index
      ? []
      : [`parties.${index}.realm: ${realm} is the realm of another party`]),
  ])

/** What is wrong with keys is told without a word of what stands in them. */
const readKeys = async (path: string, provision: string): Promise<Keyring> => {
  const refuse = (problem: string) =>
    new Trouble('usage', {
      place: path,
      problem: `${problem}; a run without the keys of ${provision} would sign with keys that the target does not know`,
      mend: '`brokerspec provision` writes both; with --renew it makes new keys for a document that is there, and the target is set up again',
    })
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refuse(cause.code === 'ENOENT' ? 'there is no such file' : `it cannot be read: ${cause.code}`)
  })
  try {
    return await readKeyring(keyringSchema.parse(JSON.parse(text)))
  } catch {
    throw refuse('it holds no keys that can be read')
  }
}

/** The same world with the keys of such a document and its slices filled from it; those it cannot fill are left out. */
export const worldByHand = (world: World, { provision, keyring }: ByHand): World => ({
  ...world,
  ...keyring,
  application: { id: provision.application.id, secret: provision.application.secret },
  slices: Object.fromEntries(
    Object.entries(world.slices).flatMap(([id, own]) => {
      const given = sliceOfProvision(provision, own)
      return given ? [[id, given]] : []
    }),
  ),
})
