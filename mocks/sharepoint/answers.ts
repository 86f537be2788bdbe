import { HttpResponse } from 'msw'
import { hash } from 'node:crypto'
import type { Caller, Item, List, Site, Sites } from './state.ts'

/** How the REST service says no: status, number and class of the error, and its text. */
export type Problem = { status: number; code: string; says: string }

// oxfmt-ignore
export const problems = {
  denied: { status: 403, code: '-2147024891, System.UnauthorizedAccessException', says: 'Access denied. You do not have permission to perform this action or access this resource.' },
  digest: { status: 403, code: '-2130575251, Microsoft.SharePoint.SPException', says: 'The security validation for this page is invalid and might be corrupted. Please use your web browser\'s Back button to try your operation again.' },
  changed: { status: 412, code: '-1, Microsoft.SharePoint.Client.ClientServiceException', says: 'The request ETag value does not match the ETag of the object.' },
  missing: { status: 404, code: '-2130575338, System.ArgumentException', says: 'Item does not exist. It may have been deleted by another user.' },
  noList: { status: 404, code: '-1, System.ArgumentException', says: 'The list does not exist at the site.' },
  unreadable: { status: 400, code: '-1, Microsoft.SharePoint.Client.InvalidClientQueryException', says: 'The request could not be read.' },
  unknown: { status: 404, code: '-1, Microsoft.SharePoint.Client.ResourceNotFoundException', says: 'Cannot find resource for the request.' },
} as const satisfies Record<string, Problem>

/** Answers an error of the REST service, in JSON light. */
export const problem = ({ status, code, says }: Problem) =>
  HttpResponse.json({ 'odata.error': { code, message: { lang: 'en-US', value: says } } }, { status })

/** Who somebody is at a site. The app that calls alone goes by one name, whatever app it is. */
export const personOf = (
  { loginOf }: Pick<Sites, 'loginOf'>,
  { user }: Caller,
): { Id: number; Title: string; LoginName: string } =>
  user === undefined
    ? {
        Id: 1_073_741_822,
        Title: 'SharePoint App',
        LoginName: 'i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint',
      }
    : {
        Id: Number.parseInt(hash('sha256', user.objectId).slice(6, 12), 16),
        Title: user.displayName,
        LoginName: loginOf(user),
      }

/** A web as the service shows it. */
export const webOf = ({ guid }: Site, url: string, title: string) => ({ Id: guid, Title: title, Url: url })

/** A list as the service shows it. */
export const listOf = ({ guid, title, items }: List) => ({ Id: guid, Title: title, ItemCount: items.size })

/** The entity tag of a version of an item. */
export const etagOf = ({ guid, version }: Item): string => `"${guid},${version}"`

const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`

/**
 * An item as the service shows it, with who made and changed it: the user, or `SharePoint App` where an app called alone, and
 * through which app.
 *
 * @see OAUTH: Azure AD Token Expirations, the table of columns
 */
export const itemOf = (sites: Pick<Sites, 'loginOf'>, item: Item) => {
  const { id, guid, fields, created, modified, version } = item
  return {
    'odata.etag': etagOf(item),
    ...fields,
    Id: id,
    ID: id,
    GUID: guid,
    Created: instant(created.at),
    Modified: instant(modified.at),
    AuthorId: personOf(sites, created.by).Id,
    Author: personOf(sites, created.by),
    EditorId: personOf(sites, modified.by).Id,
    Editor: personOf(sites, modified.by),
    AppAuthor: created.by.app?.name ?? null,
    AppEditor: modified.by.app?.name ?? null,
    OData__UIVersionString: `${version}.0`,
    Attachments: false,
  }
}
