import { post } from '../../../harness/dialects/authorize.ts'
import type { WireRequest } from '../../../protocols/wire.ts'

const partsOf = ({ rawPath }: WireRequest) => {
  const at = rawPath.indexOf('?')
  return at === -1 ? { path: rawPath, query: '' } : { path: rawPath.slice(0, at), query: rawPath.slice(at + 1) }
}

/** The same request by POST, with its parameters in the body; one that has none in its query is left as it is. */
export const asPost = (request: WireRequest): WireRequest => {
  const { path, query } = partsOf(request)
  return query === '' ? request : post(request.origin, path, query)
}

/** A request by POST whose query is that of one request, and its body what stands in the query of another. */
export const besideQuery = (queried: WireRequest, posted: WireRequest): WireRequest =>
  post(queried.origin, queried.rawPath, partsOf(posted).query)
