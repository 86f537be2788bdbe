import type { Person } from './step.ts'
import type { Client, Party, Slice, User } from '../../../fixtures/world/shapes.ts'

/**
 * A request for a code that has not been answered: in which browser and at which node it was begun, and with which state. Once it is
 * stale, no answer is owed to it any more.
 */
export type Open = { client: Client; redirectUri: string; state: string; browser: number; node: number; stale: boolean }

/** A code that came: to whom, and whom it may stand for. Once it is spoiled no token is owed for it any more. */
export type Issued = Open & { code: string; users: readonly User[]; spoiled: boolean }

/** What a code or a renewal bought: tokens of a client for a user. Once spoiled, no renewal is owed for it any more. */
export type Bought = Pick<Issued, 'client' | 'redirectUri' | 'browser' | 'users' | 'spoiled'> & {
  refreshToken: string | undefined
  accessToken: string | undefined
  /** Whether hours have passed since: an access token lives one. */
  old: boolean
}

/** Whom a step may bring to light, and whether it must. */
export type Owed = { may: readonly User[]; must: boolean }

/**
 * What the documents say must come of a history, whatever the target keeps: a browser shows whoever has signed in with it, each
 * tenant has its own users, and a code serves the client and the tenant that it was asked for.
 */
export type Model = {
  open: Open[]
  issued: Issued[]
  bought: Bought[]
  /** A user gives credentials where they are asked for; answers who may be seen in a tenant then. */
  shows(browser: number, tenant: string, user: User): Owed
  signsOut(browser: number): void
  /** A client redeems a code with a redirect URI: whether it may obtain a token at all, and whether one is owed to it. */
  redeems(issued: Issued, client: Client, redirectUri: string): { may: boolean; must: boolean }
  /** The same of a renewal, after which the refresh token may be spent. */
  renews(bought: Bought, client: Client, redirectUri: string): { may: boolean; must: boolean }
  /** The same of an app-only token for a client, to the bearer of a user's token. */
  grantsAppOnly(bought: Bought, client: Client): { may: boolean; must: boolean }
  /** What is in memory alone is lost: pending requests and sessions, and what the documents do not speak of. */
  restarts(documented: boolean): void
  /** Hours pass, within the documented lifetime of a refresh token: what lives shorter may have ended. */
  waits(documented: boolean): void
}

/** The model of a broker that has just been started. */
export const makeModel = ({ users }: Pick<Slice, 'users'>, browsers: number): Model => {
  const ever = Array.from({ length: browsers }, () => new Set<User>())
  const since = Array.from({ length: browsers }, () => new Set<User>())
  const open: Open[] = []
  const issued: Issued[] = []
  const bought: Bought[] = []

  /** Who sees a code or a token misused may revoke all that was granted alike (RFC 6749 section 4.1.2; RFC 9700 section 4.14). */
  const misused = (asked: Issued | Bought) => {
    for (const one of [...issued, ...bought])
      one.spoiled ||= one.client === asked.client && one.users.some((user) => asked.users.includes(user))
  }
  const serves = (asked: Issued | Bought, client: Client, redirectUri: string) => {
    const may = client === asked.client && client.redirectUris.includes(redirectUri)
    const must = may && redirectUri === asked.redirectUri && !asked.spoiled
    asked.spoiled = true
    if (!must) misused(asked)
    return { may, must }
  }

  return {
    open,
    issued,
    bought,
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
      for (const one of [...issued, ...bought]) one.spoiled ||= one.browser === browser
    },
    redeems: serves,
    renews(asked, client, redirectUri) {
      const { may, must } = serves(asked, client, redirectUri)
      return { may, must: must && asked.refreshToken !== undefined }
    },
    grantsAppOnly(asked, client) {
      const may = client.tenant === asked.client.tenant && client.tokenService === 'acs'
      if (!may) misused(asked)
      return { may, must: client === asked.client && may && !asked.spoiled && !asked.old }
    },
    restarts(documented) {
      for (const one of open) one.stale = true
      if (!documented) for (const one of [...issued, ...bought]) one.spoiled = true
    },
    waits(documented) {
      for (const one of open) one.stale = true
      for (const one of issued) one.spoiled = true
      for (const one of bought) {
        one.old = true
        one.spoiled ||= !documented
      }
    },
  }
}

/** The party of a number, those of the first tenant first. */
export const partyAt = (slice: Slice, index: number): Party => numbered(slice, slice.parties, index)
export const clientAt = (slice: Slice, index: number): Client => numbered(slice, slice.clients, index)

/** The client whom a step means: by its number, or the one that got a token. */
export const bearerAt = (slice: Slice, client: number | 'own', { client: own }: Bought): Client =>
  client === 'own' ? own : clientAt(slice, client)

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
