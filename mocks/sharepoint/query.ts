/** An item as the service shows it, by the names of its fields. */
type Shown = Readonly<Record<string, unknown>>

/** What of items is asked for: fields, those of other things among them as `Author/Title`, and how many after which one. */
export type Query = { select: readonly string[]; expand: readonly string[]; top: number; after: number }

/** How many items a page has where nobody says. */
const pageSize = 100

const known = new Set(['$select', '$expand', '$top', '$skiptoken'])

/**
 * Reads the options of a query; `undefined` where they cannot be read, or are none of those that are served. A field of another thing
 * is shown where that is expanded.
 *
 * @see SharePoint documentation, use OData query operations in SharePoint REST requests
 */
export const queryIn = (params: URLSearchParams): Query | undefined => {
  const list = (name: string) => (params.get(name) ?? '').split(',').filter((one) => one !== '')
  const [select, expand] = [list('$select'), list('$expand')]
  const top = Number(params.get('$top') ?? pageSize)
  const after = new URLSearchParams(params.get('$skiptoken') ?? '').get('p_ID') ?? '0'
  const options = [...params.keys()].filter((name) => name.startsWith('$'))
  const isRead =
    options.every((name) => known.has(name)) &&
    Number.isInteger(top) &&
    top > 0 &&
    /^\d+$/.test(after) &&
    select.every((path) => !path.includes('/') || expand.includes(path.split('/')[0] ?? ''))
  return isRead ? { select, expand, top, after: Number(after) } : undefined
}

/** An item with the fields that are asked for; all of them where none is named. */
export const shownBy = ({ select }: Query, item: Shown): Shown => {
  if (select.length === 0 || select.includes('*')) return item
  const shown: Record<string, unknown> = { 'odata.etag': item['odata.etag'] }
  for (const path of select) {
    const [name = '', inner] = path.split('/')
    const value = item[name] ?? null
    shown[name] =
      inner === undefined
        ? value
        : { ...(shown[name] as Shown | undefined), [inner]: (value as Shown | null)?.[inner] ?? null }
  }
  return shown
}

/** A page of items, with where the next one is if there is one. */
export const pageOf = <Item extends { id: number }>(
  query: Query,
  items: Iterable<Item>,
  asked: string,
  show: (item: Item) => Shown,
) => {
  const left = [...items].filter(({ id }) => id > query.after)
  const page = left.slice(0, query.top)
  const next = new URL(asked)
  next.searchParams.set('$skiptoken', `Paged=TRUE&p_ID=${page.at(-1)?.id ?? 0}`)
  return {
    value: page.map((item) => shownBy(query, show(item))),
    ...(left.length > page.length && { 'odata.nextLink': next.href }),
  }
}
