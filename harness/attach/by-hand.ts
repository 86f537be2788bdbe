import { readFile } from 'node:fs/promises'
import type * as z from 'zod'
import type { Keyring } from '../../fixtures/world/world.ts'
import { keyringSchema, readKeyring, strangersIn } from '../../fixtures/world/keyring.ts'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import { cacheProvisionSchema } from '../../fixtures/world/cache-provision.ts'
import type { PartyProvision } from '../../fixtures/world/party-provision.ts'
import { partyProvisionSchema } from '../../fixtures/world/party-provision.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { provisionSchema, sliceOfProvision } from '../../fixtures/world/provision.ts'
import type { World } from '../../fixtures/world/world.ts'
import { Trouble } from '../trouble.ts'
import { wrongFields } from '../wrong-fields.ts'

/** What a target was set up with by hand, and the keys that belong to it. */
export type ByHand<Document = Provision> = { provision: Document; keyring: Keyring }

/** The files that belong to a provision document: its private keys, and the certificate of their authority. */
export const besides = (provision: string): { keys: string; ca: string } => {
  const stem = provision.replace(/\.json$/, '')
  return { keys: `${stem}.keys.json`, ca: `${stem}.ca.pem` }
}

/**
 * Reads the provision document of a broker and its keys.
 *
 * @throws Trouble when one of them is missing or cannot be read, or when they do not belong together.
 */
export const readByHand = async (path: string): Promise<ByHand> => {
  const provision = await readProvision(path)
  return { provision, keyring: await keyringOf(path, (keyring) => strangersIn(keyring, provision)) }
}

/** The same for a relying party. */
export const readPartyByHand = async (path: string): Promise<ByHand<PartyProvision>> => {
  const provision = await readPartyProvision(path)
  const { certificates } = provision.broker
  const isListed = ({ issuers: { entra } }: Keyring) => entra.publicJwk.x5c?.some((one) => certificates.includes(one))
  return { provision, keyring: await keyringOf(path, (keyring) => (isListed(keyring) ? [] : ['the broker'])) }
}

/** The same for a token cache. */
export const readCacheByHand = async (path: string): Promise<ByHand<CacheProvision>> => {
  const provision = await readCacheProvision(path)
  const { keys } = provision.inbound.jwks
  const isListed = ({ issuers: { entra } }: Keyring) => keys.some(({ n }) => n === entra.publicJwk.n)
  return {
    provision,
    keyring: await keyringOf(path, (keyring) => (isListed(keyring) ? [] : ['the callers of the target'])),
  }
}

/**
 * Reads the provision document of a broker.
 *
 * @throws Trouble naming the field that is wrong.
 */
export const readProvision = (path: string): Promise<Provision> => readDocument(path, provisionSchema, slipsIn)

/** The same for a relying party. */
export const readPartyProvision = (path: string): Promise<PartyProvision> => readDocument(path, partyProvisionSchema)

/** The same for a token cache. */
export const readCacheProvision = (path: string): Promise<CacheProvision> =>
  readDocument(path, cacheProvisionSchema, slipsInCache)

const readDocument = async <Document>(
  path: string,
  schema: z.ZodType<Document>,
  slips: (document: Document) => string[] = () => [],
): Promise<Document> => {
  const problem = async () => {
    const result = schema.safeParse(JSON.parse(await readFile(path, 'utf8')))
    if (!result.success) return wrongFields(result.error)
    const found = slips(result.data)
    return found.length === 0 ? { document: result.data } : found.join('\n')
  }
  const read = await problem().catch((cause: unknown) => String(cause))
  if (typeof read !== 'string') return read.document
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

/** The same of a token cache: a resource of no tenant, and one that is there twice. */
const slipsInCache = ({ tenants, resources }: CacheProvision): string[] =>
  resources.flatMap(({ tenant, id }, index) => [
    ...(tenants.some((one) => one.id === tenant) ? [] : [`resources.${index}.tenant: there is no tenant ${tenant}`]),
    ...(resources.findIndex((one) => one.id === id) === index
      ? []
      : [`resources.${index}.id: ${id} is the id of another resource`]),
  ])

/** The keys that belong to a document. `strangersTo` gives those of whom the document knows another key. */
const keyringOf = async (provision: string, strangersTo: (keyring: Keyring) => string[]): Promise<Keyring> => {
  const { keys } = besides(provision)
  const keyring = await readKeys(keys, provision)
  const strangers = strangersTo(keyring)
  if (strangers.length === 0) return keyring
  throw new Trouble('usage', {
    place: keys,
    problem: `these are not the keys of ${provision}: another key signs for ${strangers.join(', ')}, and the target would not trust it`,
    mend: 'put back the keys that were written with the document, or make new ones with `brokerspec provision --renew` and set the target up again',
  })
}

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

/**
 * The same world as a party knows it that was set up by hand, and what it was told.
 *
 * @param expected what the target file makes of the places that the document names
 * @throws Trouble when they are others: what is done elsewhere would be judged
 */
export const partyWorldByHand = (
  world: World,
  { provision, keyring }: ByHand<PartyProvision>,
  { path, expected }: { path: string; expected: PartyProvision },
): World => {
  const problems = differences(placesIn(provision), placesIn(expected))
  if (problems.length === 0)
    return { ...world, ...keyring, application: { ...world.application, id: provision.tenant.id } }
  throw new Trouble('usage', {
    place: path,
    problem: problems.join('\n'),
    mend: 'mend the field, or what the target file says of it in party, attach.origins or attach.mocks; then set the target up with what stands in the document',
  })
}

/** What of a document the target file says too, by field. */
const placesIn = ({ broker: { endpoint, metadata }, parties }: PartyProvision): Record<string, string> =>
  Object.fromEntries([
    ['broker.endpoint', endpoint],
    ['broker.metadata', metadata],
    ...parties.flatMap((party, index) =>
      (['realm', 'reply', 'page'] as const).map((name) => [`parties.${index}.${name}`, party[name]] as const),
    ),
  ])

/** In what a document differs from what the target file makes of it, by field. */
export const differences = (told: Record<string, string>, expected: Record<string, string>): string[] =>
  [...new Set([...Object.keys(told), ...Object.keys(expected)])]
    .filter((field) => told[field] !== expected[field])
    .map(
      (field) =>
        `${field}: it is ${told[field] ?? 'missing'}, and by the target file ${expected[field] ?? 'it is not there'}`,
    )
