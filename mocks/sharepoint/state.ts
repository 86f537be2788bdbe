import { randomUUID } from 'node:crypto'
import type { Client, Tenant, User } from '../../fixtures/world/shapes.ts'
import type { Clock } from '../../protocols/clock.ts'

/** What somebody may do at a site, each including those before it. */
export const rights = ['none', 'read', 'write', 'manage', 'full'] as const
export type Right = (typeof rights)[number]

/** Who is behind a call: a user alone (by cookie), a user by way of an app, or an app alone. */
export type Caller = { user?: User; app?: Pick<Client, 'id' | 'name'> }

/** Who made or last changed an item, and through which app. */
type Stamp = { at: number; by: Caller }

/** An item: its fields as they were given, and who made and changed it. Times are ms. */
export type Item = { id: number; guid: string; fields: Record<string, unknown>; created: Stamp; modified: Stamp; version: number } // prettier-ignore

export type List = { guid: string; title: string; items: Map<number, Item>; next: number }

/** The site of a tenant: one web, with its lists by title. */
export type Site = { guid: string; lists: Map<string, List> }

/** What a universe may change about SharePoint; each has a default. */
export type Grants = {
  /** What an app has been granted, by client id. Default: full control. */
  grants: Map<Client['id'], Right>
  /** What a user may do, by object id. Default: manage. */
  rights: Map<User['objectId'], Right>
}

/** The sites of SharePoint, Online or on-premises: one for each tenant, by its id. */
export type Sites = Grants & {
  clock: Clock
  sites: Map<Tenant['id'], Site>
  /** The login name of a user. */
  loginOf(user: User): string
}

/** The list that every site begins with. */
export const firstList = 'Tasks'

/** The site of a tenant, made when it is first asked for. */
export const siteOf = ({ sites }: Sites, { id }: Pick<Tenant, 'id'>): Site => {
  const known = sites.get(id) ?? { guid: randomUUID(), lists: new Map() }
  sites.set(id, known)
  if (known.lists.size === 0) addList(known, firstList)
  return known
}

/** Adds an empty list. */
export const addList = ({ lists }: Site, title: string): List => {
  const list = { guid: randomUUID(), title, items: new Map<number, Item>(), next: 1 }
  lists.set(title, list)
  return list
}

/**
 * What a caller may do: a user alone what the user may, an app alone what the app was granted, and a user by way of an app no more
 * than either.
 *
 * @see SharePoint documentation, add-in authorization policy types; FAQ: SharePoint Online and O365
 */
export const rightOf = ({ rights: ofUsers, grants }: Sites, { user, app }: Caller): Right => {
  const held = [
    ...(user ? [ofUsers.get(user.objectId) ?? 'manage'] : []),
    ...(app ? [grants.get(app.id) ?? 'full'] : []),
  ]
  return rights[Math.min(...held.map((right) => rights.indexOf(right)), rights.length - 1)] ?? 'none'
}

/** Whether a caller may do what needs a right. */
export const may = (sites: Sites, caller: Caller, needed: Right): boolean =>
  rights.indexOf(rightOf(sites, caller)) >= rights.indexOf(needed)
