/** Header or form pairs in the order in which they travel; names may repeat. */
export type Pairs = [name: string, value: string][]

/** One HTTP request as it goes over the wire: the path is raw, nothing has been normalised. */
export type WireRequest = {
  method: string
  /** Scheme, host and port without a trailing slash: `https://broker.test:8443`. */
  origin: string
  /** Path and query exactly as sent, beginning with `/`. */
  rawPath: string
  headers: Pairs
  body?: Uint8Array
}

/** One HTTP response. Header names are lower case, repeated ones stay separate. */
export type WireResponse = { status: number; headers: Pairs; body: Uint8Array }

/**
 * The one port through which everything talks HTTP. A wire rejects when no complete answer arrived: connection reset,
 * refused, unreadable or longer than allowed. An aborted `signal` rejects with its reason.
 */
export type Wire = (request: WireRequest, signal?: AbortSignal) => Promise<WireResponse>

const decoder = new TextDecoder()

/** The first value of a header, by its case-insensitive name. */
export const headerOf = (headers: Pairs, name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]

/** The body as text; bytes that are not UTF-8 become U+FFFD. */
export const textOf = ({ body }: { body?: Uint8Array }): string => (body === undefined ? '' : decoder.decode(body))

/** The absolute URL of a request, raw. */
export const urlOf = ({ origin, rawPath }: WireRequest): string => origin + rawPath

/** A response with a text body. */
export const textResponse = (status: number, text: string, headers: Pairs = []): WireResponse => ({
  status,
  headers: [
    ...(headerOf(headers, 'content-type') ? [] : [['content-type', 'text/plain; charset=utf-8'] as [string, string]]),
    ...headers,
  ],
  body: new TextEncoder().encode(text),
})
