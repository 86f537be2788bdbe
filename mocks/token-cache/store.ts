import type { KeyObject } from 'node:crypto'
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { codecs } from '../broker/codecs.ts'
import type { Entry } from './policies.ts'

/** The database of a token cache: tokens by name, encrypted at rest. */
export type TokenStore = {
  get(key: string): Entry | undefined
  put(key: string, entry: Entry): void
  remove(key: string): void
  all(): ReadonlyMap<string, Entry>
  /** Everything in the database, decrypted, a line for each token. */
  dump(): string
  /** The bytes of the database. */
  atRest(): Uint8Array
}

/** Where the database lies, and the key that its values are encrypted with. Absent: in memory, under a key of its own. */
export type TokenStorePlace = { file: string; key: Uint8Array }

/**
 * Opens the database of a token cache. Names are kept as digests, since they hold the names of users; what they stand for is
 * sealed beside the token.
 */
export const openTokenStore = (place?: TokenStorePlace): TokenStore => {
  const sealing = createSecretKey(place?.key ?? randomBytes(32))
  const db = new DatabaseSync(place?.file ?? ':memory:')
  db.exec('CREATE TABLE IF NOT EXISTS tokens (name TEXT PRIMARY KEY, value BLOB NOT NULL)')
  const [found, written, removed, every] = [
    db.prepare('SELECT value FROM tokens WHERE name = ?'),
    db.prepare('INSERT INTO tokens VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'),
    db.prepare('DELETE FROM tokens WHERE name = ?'),
    db.prepare('SELECT value FROM tokens'),
  ]
  const nameOf = (key: string) => digestOf(sealing, key)
  const read = (value: unknown) => JSON.parse(codecs.sealed.read(value as Uint8Array, sealing)) as { key: string; entry: Entry } // prettier-ignore
  const rows = () => every.all().map(({ value }) => read(value))
  return {
    get(key) {
      const row = found.get(nameOf(key))
      return row && read(row['value']).entry
    },
    put: (key, entry) => void written.run(nameOf(key), codecs.sealed.write(JSON.stringify({ key, entry }), sealing)),
    remove: (key) => void removed.run(nameOf(key)),
    all: () => new Map(rows().map(({ key, entry }) => [key, entry])),
    dump: () =>
      rows()
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    atRest: () => db.serialize(),
  }
}

const digestOf = (sealing: KeyObject, key: string) => createHmac('sha256', sealing).update(key).digest('base64url')
