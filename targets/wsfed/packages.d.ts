/** The part of wsfed that this target uses; the package brings no types of its own. */
declare module 'wsfed' {
  import type { Handler, Request } from 'express'

  type Options = {
    issuer: string
    cert: string
    key: string
    getPostURL(
      realm: unknown,
      reply: unknown,
      request: Request,
      callback: (error: Error | null, url?: string) => void,
    ): void
  }

  const wsfed: {
    auth(options: Options): Handler
    metadata(options: { issuer: string; cert: string; endpointPath: string }): Handler
  }
  export default wsfed
}

/** The part of Express 4 that this target uses. */
declare module 'express' {
  import type { IncomingHttpHeaders, RequestListener } from 'node:http'

  export type Request = {
    readonly query: Readonly<Record<string, unknown>>
    readonly body: unknown
    readonly headers: IncomingHttpHeaders
    readonly originalUrl: string
    user?: object
  }
  type Response = {
    cookie(name: string, value: string, attributes: object): void
    redirect(url: string): void
    status(code: number): Response
    send(text: string): void
  }
  export type Handler = (request: Request, response: Response, next: (error?: unknown) => void) => void | Promise<void>

  const express: {
    (): RequestListener & {
      set(name: string, value: string): void
      get(path: string, ...handlers: Handler[]): void
      post(path: string, ...handlers: Handler[]): void
    }
    urlencoded(options: { extended: boolean }): Handler
  }
  export default express
}
