import type { RequestHandler } from 'msw'
import { getResponse } from 'msw'
import type { Pairs, Wire, WireRequest } from '../protocols/wire.ts'
import { textResponse, urlOf } from '../protocols/wire.ts'

const originals = new WeakMap<Request, WireRequest>()

/** The raw request behind a handler's `Request`, whose URL has been normalised on the way. */
export const originalOf = (request: Request): WireRequest => {
  const original = originals.get(request)
  if (original === undefined) throw new TypeError('this request did not come over a wire')
  return original
}

/**
 * Opens MSW handlers as a wire. A handler that throws is our mistake and rejects; `HttpResponse.error()` rejects as a
 * broken connection does; a request that no handler knows is answered with 404.
 */
export const wireOf =
  (handlers: readonly RequestHandler[]): Wire =>
  async (wireRequest) => {
    const request = toRequest(wireRequest)
    if (request === undefined) return textResponse(400, 'Bad Request')
    originals.set(request, wireRequest)
    const response = await getResponse([...handlers], request)
    if (response === undefined) return textResponse(404, 'Not Found')
    if (response.type === 'error') throw new Error('connection reset')
    return {
      status: response.status,
      headers: [...response.headers] as Pairs,
      body: new Uint8Array(await response.arrayBuffer()),
    }
  }

const toRequest = (wireRequest: WireRequest): Request | undefined => {
  const { method, headers, body } = wireRequest
  try {
    return new Request(urlOf(wireRequest), {
      method,
      headers,
      ...(body && method !== 'GET' && method !== 'HEAD' && { body: Uint8Array.from(body) }),
    })
  } catch {
    return undefined
  }
}
