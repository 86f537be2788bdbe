declare module 'simple-oauth2' {
  type Token = Record<string, unknown>
  export type AccessToken = {
    token: Token
    expired(windowSeconds?: number): boolean
    refresh(parameters?: Record<string, string>): Promise<AccessToken>
  }
  export class AuthorizationCode {
    constructor(options: {
      client: { id: string; secret: string }
      auth: { tokenHost: string; tokenPath: string; authorizeHost?: string; authorizePath?: string }
      options?: { authorizationMethod?: 'body' | 'header' }
    })
    authorizeURL(parameters: Record<string, string>): string
    getToken(parameters: Record<string, string>): Promise<AccessToken>
  }
  export class ClientCredentials {
    constructor(options: {
      client: { id: string; secret: string }
      auth: { tokenHost: string; tokenPath: string }
      options?: { authorizationMethod?: 'body' | 'header' }
    })
    getToken(parameters: Record<string, string>): Promise<AccessToken>
  }
  const library: { AuthorizationCode: typeof AuthorizationCode; ClientCredentials: typeof ClientCredentials }
  export default library
}
