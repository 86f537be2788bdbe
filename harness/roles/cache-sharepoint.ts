import type { Client, Slice, User } from '../../fixtures/world/shapes.ts'
import type { SharePoint } from '../../mocks/sharepoint/online/state.ts'
import type { Right } from '../../mocks/sharepoint/state.ts'
import { firstList } from '../../mocks/sharepoint/state.ts'
import type { Wire, WireRequest } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'

/** Who made an item, by the columns of the documents; `undefined`: the column is empty. */
export type Columns = { createdBy: string | undefined; appCreatedBy: string | undefined }

/** What a check does at SharePoint Online beside the target. */
export type SharePointSide = {
  holds(whom: User | Client, right: Right): void
  columnsBy(token: string, realm: string): Promise<Columns | undefined>
  /** Gives everybody of a slice what they may do by themselves. */
  restore(slice: Slice): void
}

/** Acts at SharePoint by a wire that records nothing, since it is not the target that acts. */
export const besideSharePoint = (sharePoint: SharePoint, wire: Wire): SharePointSide => ({
  holds(whom, right) {
    if ('objectId' in whom) sharePoint.rights.set(whom.objectId, right)
    else sharePoint.grants.set(whom.id, right)
  },
  async columnsBy(token, realm) {
    const request: WireRequest = {
      method: 'POST',
      origin: sharePoint.acs.entra.origin,
      rawPath: `/${realm}/_api/web/lists/getbytitle('${firstList}')/items`,
      headers: [
        ['authorization', `Bearer ${token}`],
        ['content-type', 'application/json'],
      ],
      body: new TextEncoder().encode('{"Title":"made for its columns"}'),
    }
    const response = await wire(request)
    if (response.status !== 201) return undefined
    const item = JSON.parse(textOf(response)) as { Author: { Title: string }; AppAuthor: string | null }
    return { createdBy: item.Author.Title, appCreatedBy: item.AppAuthor ?? undefined }
  },
  restore({ users, clients }) {
    for (const { objectId } of users) sharePoint.rights.delete(objectId)
    for (const { id } of clients) sharePoint.grants.delete(id)
  },
})
