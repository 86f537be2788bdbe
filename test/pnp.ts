import { SPBrowser, spfi } from '@pnp/sp'
import '@pnp/sp/batching.js'
import '@pnp/sp/items/index.js'
import '@pnp/sp/lists/index.js'
import '@pnp/sp/site-users/web.js'
import '@pnp/sp/webs/index.js'
import type { Pairs, Wire } from '../protocols/wire.ts'

type Fields = Record<string, unknown>

/** A query that is sent when it is called. */
type Asks<T> = {
  (): Promise<T>
  select(...fields: string[]): Asks<T>
  expand(...fields: string[]): Asks<T>
}

type Item = Asks<Fields> & {
  update(fields: Fields, etag?: string): Promise<{ etag: string }>
  delete(etag?: string): Promise<void>
}

type Items = {
  add(fields: Fields): Promise<Fields & { Id: number }>
  getById(id: number): Item
  filter(text: string): Asks<Fields[]>
  skip(id: number): Asks<Fields[]>
  select(...fields: string[]): Asks<Fields[]> & { top(count: number): AsyncIterable<Fields[]> }
}

/** What of the library is used; its own types say less under the module resolution of Node. */
export type Pnp = {
  web: {
    currentUser(): Promise<Fields>
    lists: { add(title: string): Promise<unknown>; getByTitle(title: string): { items: Items } }
  }
  batched(): [Pnp, () => Promise<void>]
}

type Init = { method?: string; headers?: Record<string, string>; body?: string }
type Timeline = {
  on: {
    auth(act: (url: URL, init: Init) => Promise<[URL, Init]>): void
    send: { replace(act: (url: URL, init: Init) => Promise<Response>): void }
  }
}

/** The library at a site, over a wire, with these headers on each request; `sent` tells the requests, by method and path. */
export const pnpAt = (site: string, wire: Wire, given: Pairs): { sp: Pnp; sent: string[] } => {
  const sent: string[] = []
  const overWire = (instance: unknown) => {
    const { on } = instance as Timeline
    on.auth((url, init) =>
      Promise.resolve([url, { ...init, headers: { ...init.headers, ...Object.fromEntries(given) } }]),
    )
    on.send.replace(async (url, { method = 'GET', headers = {}, body }) => {
      sent.push(`${method} ${url.pathname}`)
      const answered = await wire({
        method,
        origin: url.origin,
        rawPath: url.pathname + url.search,
        headers: Object.entries(headers),
        ...(body !== undefined && { body: new TextEncoder().encode(body) }),
      })
      const bytes = answered.body.length > 0 ? Buffer.from(answered.body) : null
      return new Response(bytes, { status: answered.status, headers: answered.headers })
    })
    return instance
  }
  return { sp: spfi(site).using(SPBrowser(), overWire as ReturnType<typeof SPBrowser>) as unknown as Pnp, sent }
}
