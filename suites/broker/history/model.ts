import type { Person } from './step.ts'
import type { Client, Party, Slice, User } from '../../../fixtures/world/shapes.ts'

/** A request for a code that has not been answered: in which browser and at which node it was begun, and with which state. */
export type Open = { client: Client; redirectUri: string; state: string; browser: number; node: number }

/** A code that came: to whom, and whom it may stand for. Once it is spoiled no token is owed for it any more. */
export type Issued = Open & { code: string; users: readonly User[]; spoiled: boolean }

/** Whom a step may bring to light, and whether it must. */
export type Owed = { may: readonly User[]; must: boolean }

/**
 * What the documents say must come of a history, whatever the target keeps: a browser shows whoever has signed in with it, each
 * tenant has its own users, and a code serves the client and the tenant that it was asked for.
 */
export type Model = {
  open: Open[]
  issued: Issued[]
  /** A user gives credentials where they are asked for; answers who may be seen in a tenant then. */
  shows(browser: number, tenant: string, user: User): Owed
  signsOut(browser: number): void
  /** A client redeems a code with a redirect URI: whether it may obtain a token at all, and whether one is owed to it. */
  redeems(issued: Issued, client: Client, redirectUri: string): { may: boolean; must: boolean }
}

/** The model of a broker that has just been started. */
export const makeModel = ({ users }: Pick<Slice, 'users'>, browsers: number): Model => {
  const ever = Array.from({ length: browsers }, () => new Set<User>())
  const since = Array.from({ length: browsers }, () => new Set<User>())
  const open: Open[] = []
  const issued: Issued[] = []

  return {
    open,
    issued,
    shows(browser, tenant, user) {
      const [known = new Set<User>(), session = new Set<User>()] = [ever[browser], since[browser]]
      for (const set of [known, session]) set.add(user)
      const members = users.filter((one) => one.tenant === tenant)
      /** Somebody of another tenant in the same browser may stand in the way, and so may another request. */
      const alone = [...session].every((one) => members.includes(one)) && open.every((one) => one.browser !== browser)
      return { may: members.filter((one) => known.has(one)), must: alone && members.includes(user) }
    },
    signsOut(browser) {
      since[browser]?.clear()
      for (const one of issued) one.spoiled ||= one.browser === browser
    },
    redeems(asked, client, redirectUri) {
      const may = client === asked.client && client.redirectUris.includes(redirectUri)
      const must = may && redirectUri === asked.redirectUri && !asked.spoiled
      /** Who sees a code misused may revoke all that was granted alike (RFC 6749 section 4.1.2). */
      const alike = (one: Issued) => one.client === asked.client && one.users.some((user) => asked.users.includes(user))
      for (const one of issued) one.spoiled ||= one === asked || (!must && alike(one))
      return { may, must }
    },
  }
}

/** The party of a number, those of the first tenant first. */
export const partyAt = (slice: Slice, index: number): Party => numbered(slice, slice.parties, index)
export const clientAt = (slice: Slice, index: number): Client => numbered(slice, slice.clients, index)

/** The user whom a step means, where a tenant is asked. */
export const userAt = ({ users }: Slice, tenant: string, person: Person): User => {
  const members = users.filter((one) => one.tenant === tenant)
  const found = person === 'stranger' ? users.find((one) => one.tenant !== tenant) : members[person === 'first' ? 0 : 1]
  if (found === undefined) throw new TypeError('the slice is too small')
  return found
}

const numbered = <T extends { tenant: string }>({ tenants }: Slice, all: readonly T[], index: number): T => {
  const found = tenants.flatMap(({ id }) => all.filter(({ tenant }) => tenant === id))[index]
  if (found === undefined) throw new TypeError('the slice is too small')
  return found
}
