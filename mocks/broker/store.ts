import type { KeyObject } from 'node:crypto'
import { createSecretKey, randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Registered } from './registration.ts'
import type { Tenancy } from './registration-policies.ts'
import type { CodecName } from './codecs.ts'
import { codecs } from './codecs.ts'
import type { Happening, StorePolicies } from './store-policies.ts'

/** What a broker persists. */
export type Store = {
  /** The registrations, as the database has them. */
  registrations(): Registrations
  /** Writes a party and its K2 tenant down, in place of those of the same realm and id. */
  register(registered: Registered): void
  /** Takes down what happened, as far as the policies say. */
  note(happening: Happening): void
  /** Everything in the database, decrypted, a line for each value. */
  dump(): string
  /** The bytes of the database. */
  atRest(): Uint8Array
  log(): string
}

/** Where a database lies, and the key that its values are encrypted with. Absent: in memory, under a key of its own. */
export type StorePlace = { file: string; key: Uint8Array }

/** What a database holds of registrations; K2 tenants are there once they were registered. */
export type Registrations = Provision & { tenancies: readonly Tenancy[] }

/** A broker's registrations: what it was told of the parties, their tenants and the applications. */
const kinds = ['application', 'tenants', 'clients', 'parties'] as const

const longestLog = 10_000

/**
 * Opens the database of a broker. One that is there already counts; a new one is filled with these registrations, in memory only
 * when it is first looked at, since few do.
 */
export const openStore = (provision: Provision, policies: StorePolicies, place?: StorePlace): Store => {
  const key = createSecretKey(place?.key ?? randomBytes(32))
  const lines: string[] = []
  const opened: { db?: DatabaseSync } = {}
  const placesOf: Partial<Record<keyof typeof namedBy, Map<string, string>>> = {}
  const database = () => (opened.db ??= filledDatabase(provision, policies, key, place))
  if (place) database()
  /** Writes a registration down, in place of the one of that name. */
  const put = (kind: keyof typeof namedBy, name: string, one: unknown) => {
    const known = (placesOf[kind] ??= placesIn(rowsOf(database(), 'registrations', key), kind))
    const replaced = known.get(name)
    if (replaced !== undefined) database().prepare('DELETE FROM registrations WHERE path LIKE ?').run(`${replaced}/%`)
    const path = replaced ?? `${kind}/${known.size}`
    known.set(name, path)
    writeOne(database(), policies, key, one, path)
  }

  return {
    registrations: () => rebuilt(provision, rowsOf(database(), 'registrations', key)),
    register({ party, tenancy }) {
      put('parties', party.realm, party)
      put('tenancies', tenancy.id, tenancy)
    },
    note(happening) {
      const line = policies.logs(happening)
      if (line !== undefined && lines.push(line) > longestLog) lines.shift()
      const kept = policies.keeps(happening)
      if (kept !== undefined) write(database(), 'kept', [happening.is, kept, 'sealed'], key)
    },
    dump: () =>
      (['registrations', 'kept'] as const)
        .flatMap((table) => rowsOf(database(), table, key))
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    atRest: () => database().serialize(),
    log: () => lines.map((line) => `${line}\n`).join(''),
  }
}

const filledDatabase = (
  provision: Provision,
  policies: StorePolicies,
  key: KeyObject,
  place: StorePlace | undefined,
): DatabaseSync => {
  const db = new DatabaseSync(place?.file ?? ':memory:')
  const [found] = db.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'registrations'").all()
  if (found?.['tables'] === 1) return db
  db.exec('CREATE TABLE registrations (path TEXT, codec TEXT, value BLOB)')
  db.exec('CREATE TABLE kept (path TEXT, codec TEXT, value BLOB)')
  db.exec('BEGIN')
  for (const kind of kinds) {
    for (const [index, one] of [provision[kind]].flat().entries()) writeOne(db, policies, key, one, `${kind}/${index}`)
  }
  db.exec('COMMIT')
  return db
}

/** Writes a registration under a path, as far as the policies say. */
const writeOne = (db: DatabaseSync, policies: StorePolicies, key: KeyObject, one: unknown, under: string) => {
  const values = leavesOf(one, under).map(([path, value]): [string, string, string | undefined] => {
    const field = path.replaceAll(/\/\d+/g, '').replaceAll('/', '.')
    return [path, field, policies.writes(value, field)]
  })
  if (values.some(([, , value]) => value === undefined)) return
  for (const [path, field, value = ''] of values)
    write(db, 'registrations', [path, value, policies.encodes(value, field)], key)
}

/** By what a registration that may be replaced is known. */
const namedBy = { parties: 'realm', tenancies: 'id' } as const

/** Where registrations of a kind lie, by their names. */
const placesIn = (rows: readonly Row[], kind: keyof typeof namedBy): Map<string, string> =>
  new Map(
    rows
      .filter(({ path }) => path.startsWith(`${kind}/`) && path.endsWith(`/${namedBy[kind]}`))
      .map(({ path, value }) => [value, path.slice(0, path.lastIndexOf('/'))]),
  )

type Table = 'registrations' | 'kept'

const write = (db: DatabaseSync, table: Table, [path, value, codec]: [string, string, CodecName], key: KeyObject) => {
  db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?)`).run(path, codec, codecs[codec].write(value, key))
}

type Row = { path: string; value: string }

const rowsOf = (db: DatabaseSync, table: Table, key: KeyObject): Row[] =>
  db
    .prepare(`SELECT path, codec, value FROM ${table}`)
    .all()
    .map(({ path, codec, value }) => ({
      path: String(path),
      value: codecs[codec as CodecName].read(value as Uint8Array, key),
    }))

/** Marks what is no text, and is written as JSON. */
const asJson = ':json'

/** The values of a registration with their paths. */
const leavesOf = (value: unknown, path: string): [path: string, value: string][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, one]) => leavesOf(one, `${path}/${name}`))
    : [typeof value === 'string' ? [path, value] : [`${path}${asJson}`, JSON.stringify(value)]]

/** The registrations that some rows speak of; lists are as long as they say. */
const rebuilt = (provision: Provision, rows: readonly Row[]): Registrations => {
  const root: Record<string, unknown> = {}
  for (const { path, value } of rows) {
    const names = path.split('/')
    const last = names.pop() ?? ''
    let at = root
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>
    at[last.replace(asJson, '')] = last.endsWith(asJson) ? JSON.parse(value) : value
  }
  const listsIn = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node).map(([name, one]) => [name, listsIn(one)] as const)
    return entries.every(([name]) => /^\d+$/.test(name)) ? entries.map(([, one]) => one) : Object.fromEntries(entries)
  }
  const known = listsIn(root) as Partial<Record<(typeof kinds)[number] | 'tenancies', unknown[]>>
  return {
    ...provision,
    application: (known.application?.[0] ?? provision.application) as Provision['application'],
    tenants: (known.tenants ?? []) as Provision['tenants'],
    clients: (known.clients ?? []) as Provision['clients'],
    parties: (known.parties ?? []) as Provision['parties'],
    tenancies: (known.tenancies ?? []) as Tenancy[],
  }
}
