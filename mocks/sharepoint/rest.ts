import { HttpResponse } from 'msw'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Tenant } from '../../fixtures/world/shapes.ts'
import type { Problem } from './answers.ts'
import { etagOf, itemOf, listOf, personOf, problem, problems, webOf } from './answers.ts'
import { answerBatch } from './batch.ts'
import { pageOf, queryIn, shownBy } from './query.ts'
import type { Caller, Item, List, Right, Site, Sites } from './state.ts'
import { addList, may, siteOf } from './state.ts'

/** How long a form digest serves, in seconds. */
const digestSeconds = 1800

type Asked = {
  sites: Sites
  tenant: Pick<Tenant, 'id' | 'name'>
  caller: Caller
  request: Request
  /** Where the site is. */
  url: string
  /** Whether it is part of a batch, which had a digest if it needed one. */
  batched?: true
}
type Call = Asked & {
  site: Site
  /** The verb that is meant, where a POST names another. */
  verb: string
}
type Answered = Promise<Response> | Response
type Route = { path: RegExp; verb: string; needs: Right; answer(call: Call, list: List, item: Item): Answered }

/**
 * Answers as the REST service of a tenant's site: the web, its lists, and their items with ETags. A user who calls without an app
 * needs a form digest to change anything.
 *
 * @see SharePoint documentation, working with lists and list items with REST
 */
export const answerRest = (asked: Asked): Answered => {
  const { sites, tenant, caller, request } = asked
  const path = decodeURIComponent(new URL(request.url).pathname).split('/_api/')[1] ?? ''
  const verb = request.headers.get('x-http-method') ?? request.method
  const site = siteOf(sites, tenant)
  const call: Call = { ...asked, site, verb }
  if (path === '$batch' && verb === 'POST' && asked.batched === undefined)
    return caller.app === undefined && !hasDigest(call)
      ? problem(problems.digest)
      : answerBatch(request, asked.url, (part) => answerRest({ ...asked, request: part, batched: true }))
  const route = routes.find((one) => one.verb === verb && one.path.test(path))
  if (route === undefined) return problem(problems.unknown)
  if (!may(sites, caller, route.needs)) return problem(problems.denied)
  if (verb !== 'GET' && path !== 'contextinfo' && caller.app === undefined && !asked.batched && !hasDigest(call))
    return problem(problems.digest)
  const { title, guid, id } = route.path.exec(path)?.groups ?? {}
  const list = [...site.lists.values()].find(
    (one) => one.title === title?.replaceAll("''", "'") || (guid !== undefined && one.guid === guid.toLowerCase()),
  )
  const item = list?.items.get(Number(id))
  if (list === undefined && (title ?? guid) !== undefined) return problem(problems.noList)
  if (item === undefined && id !== undefined) return problem(problems.missing)
  return route.answer(call, list as List, item as Item)
}

const ofList = String.raw`^web/lists(?:/getbytitle\('(?<title>(?:[^']|'')*)'\)|\('(?<guid>[^']*)'\))`
const lists = new RegExp(`${ofList}$`, 'i')
const items = new RegExp(`${ofList}/items$`, 'i')
const one = new RegExp(String.raw`${ofList}/items\((?<id>\d+)\)$`, 'i')

const routes: readonly Route[] = [
  { path: /^contextinfo$/, verb: 'POST', needs: 'none', answer: (call) => HttpResponse.json(contextInfo(call)) },
  { path: /^web$/, verb: 'GET', needs: 'read', answer: ({ site, url, tenant }) => HttpResponse.json(webOf(site, url, tenant.name)) }, // prettier-ignore
  { path: /^web\/currentuser$/i, verb: 'GET', needs: 'read', answer: ({ sites, caller }) => HttpResponse.json(personOf(sites, caller)) }, // prettier-ignore
  { path: /^web\/lists$/, verb: 'GET', needs: 'read', answer: ({ site }) => HttpResponse.json({ value: [...site.lists.values()].map(listOf) }) }, // prettier-ignore
  { path: /^web\/lists$/, verb: 'POST', needs: 'manage', answer: createList },
  { path: lists, verb: 'GET', needs: 'read', answer: (_, list) => HttpResponse.json(listOf(list)) },
  { path: items, verb: 'GET', needs: 'read', answer: readItems },
  { path: items, verb: 'POST', needs: 'write', answer: createItem },
  { path: one, verb: 'GET', needs: 'read', answer: readItem },
  { path: one, verb: 'MERGE', needs: 'write', answer: changeItem },
  { path: one, verb: 'PATCH', needs: 'write', answer: changeItem },
  { path: one, verb: 'DELETE', needs: 'write', answer: removeItem },
]

async function createList({ site, request }: Call): Promise<Response> {
  const fields = await fieldsOf(request)
  const title = fields?.['Title']
  if (typeof title !== 'string' || title === '' || site.lists.has(title)) return problem(problems.unreadable)
  return HttpResponse.json(listOf(addList(site, title)), { status: 201 })
}

function readItems({ sites, request }: Call, list: List): Response {
  const query = queryIn(new URL(request.url).searchParams)
  return query === undefined
    ? problem(problems.unreadable)
    : HttpResponse.json(pageOf(query, list.items.values(), request.url, (item) => itemOf(sites, item)))
}

function readItem({ sites, request }: Call, _: List, item: Item): Response {
  const query = queryIn(new URL(request.url).searchParams)
  return query === undefined
    ? problem(problems.unreadable)
    : HttpResponse.json(shownBy(query, itemOf(sites, item)), { headers: { etag: etagOf(item) } })
}

async function createItem({ sites, caller, request }: Call, list: List): Promise<Response> {
  const fields = await fieldsOf(request)
  if (fields === undefined) return problem(problems.unreadable)
  const stamp = { at: sites.clock.now(), by: caller }
  const item = { id: list.next++, guid: crypto.randomUUID(), fields, created: stamp, modified: stamp, version: 1 }
  list.items.set(item.id, item)
  return HttpResponse.json(itemOf(sites, item), { status: 201, headers: { etag: etagOf(item) } })
}

async function changeItem({ sites, caller, request }: Call, _: List, item: Item): Promise<Response> {
  const fields = await fieldsOf(request)
  if (fields === undefined) return problem(problems.unreadable)
  const stale = mismatch(request, item)
  if (stale) return problem(stale)
  item.fields = { ...item.fields, ...fields }
  item.modified = { at: sites.clock.now(), by: caller }
  item.version += 1
  return new HttpResponse(null, { status: 204, headers: { etag: etagOf(item) } })
}

function removeItem({ request }: Call, list: List, item: Item): Response {
  const stale = mismatch(request, item)
  if (stale) return problem(stale)
  list.items.delete(item.id)
  return new HttpResponse(null, { status: 200 })
}

/** A change names the version that it is made to, or `*`. */
const mismatch = (request: Request, item: Item): Problem | undefined => {
  const named = request.headers.get('if-match')
  return named === '*' || named === etagOf(item) ? undefined : problems.changed
}

/** What a body gives for the fields; what the service alone writes is left out. */
const fieldsOf = async (request: Request): Promise<Record<string, unknown> | undefined> => {
  try {
    const body: unknown = JSON.parse(await request.text())
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
    return Object.fromEntries(Object.entries(body).filter(([name]) => !own.has(name)))
  } catch {
    return undefined
  }
}
const own = new Set(['__metadata', 'odata.etag', 'Id', 'ID', 'GUID', 'Created', 'Modified', 'AuthorId', 'EditorId', 'Author', 'Editor', 'AppAuthor', 'AppEditor']) // prettier-ignore

const digestAt = ({ sites, site, caller }: Call, at: number): string => {
  const stamp = new Date(at * 1000).toUTCString().replace(/^\w+, (.*) GMT$/, '$1 -0000')
  const sum = createHmac('sha512', site.guid)
    .update(`${personOf(sites, caller).LoginName},${at}`)
    .digest('hex')
    .toUpperCase()
  return `0x${sum},${stamp}`
}

const secondsOf = ({ sites }: Call) => Math.floor(sites.clock.now() / 1000)

const contextInfo = (call: Call) => ({
  FormDigestTimeoutSeconds: digestSeconds,
  FormDigestValue: digestAt(call, secondsOf(call)),
  LibraryVersion: '16.0.0.0',
  SiteFullUrl: call.url,
  SupportedSchemaVersions: ['14.0.0.0', '15.0.0.0'],
  WebFullUrl: call.url,
})

const hasDigest = (call: Call): boolean => {
  const given = call.request.headers.get('x-requestdigest') ?? ''
  const at = Date.parse(given.split(',').slice(1).join(',')) / 1000
  if (!Number.isInteger(at) || Math.abs(secondsOf(call) - at) > digestSeconds) return false
  const [due, said] = [Buffer.from(digestAt(call, at)), Buffer.from(given)]
  return due.length === said.length && timingSafeEqual(due, said)
}
