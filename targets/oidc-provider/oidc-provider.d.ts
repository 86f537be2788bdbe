/** The part of oidc-provider that this target uses; the package brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  /** A request on its way through the Koa application that a provider is. */
  export type Context = {
    readonly method: string
    readonly path: string
    readonly querystring: string
    readonly query: Readonly<Record<string, string | string[] | undefined>>
    readonly req: IncomingMessage
    readonly res: ServerResponse
    status: number
    body: unknown
    redirect(url: string): void
    throw(status: number, message: string): never
  }

  /** A request that the provider has taken for its own. */
  export type ProviderContext = Context & { readonly oidc: { readonly params: Parameters } }

  export type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>

  /** The parameters of an authorization request. */
  export type Parameters = {
    readonly client_id?: string
    readonly resource?: string | readonly string[]
    scope?: string
  }

  export type Interaction = { readonly uid: string; readonly params: Parameters }

  export type InteractionResult =
    | { login: { accountId: string }; consent: { grantId: string } }
    | { error: string; error_description: string }

  export type ClientMetadata = {
    client_id: string
    client_name: string
    redirect_uris: string[]
    response_types: string[]
    grant_types: string[]
    token_endpoint_auth_method: string
  }

  type RegisteredClient = { readonly clientId: string }

  type ResourceServer = { scope: string; audience: string; accessTokenFormat: 'jwt' | 'opaque' }

  export type Configuration = {
    clients: ClientMetadata[]
    jwks: { keys: object[] }
    cookies: { keys: string[] }
    features: {
      devInteractions: { enabled: boolean }
      resourceIndicators: {
        enabled: boolean
        defaultResource(context: ProviderContext, client: RegisteredClient, oneOf?: string[]): string | undefined
        getResourceServerInfo(context: ProviderContext, resource: string, client: RegisteredClient): ResourceServer
      }
    }
    pkce: { required(): boolean }
    issueRefreshToken(): Promise<boolean>
    extraParams: Record<string, (context: ProviderContext, value: string | undefined) => void>
    findAccount(context: ProviderContext, id: string): { accountId: string; claims(): { sub: string } }
  }

  class Grant {
    constructor(of: { accountId: string; clientId: string })
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    readonly Grant: typeof Grant
    use(middleware: Middleware): this
    callback(): RequestListener
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionResult(request: IncomingMessage, response: ServerResponse, result: InteractionResult): Promise<string>
  }

  export const errors: { readonly InvalidTarget: new () => Error }
}
