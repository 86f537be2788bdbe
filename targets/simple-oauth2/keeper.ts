import { randomUUID } from 'node:crypto'
import type { AccessToken } from 'simple-oauth2'
import library from 'simple-oauth2'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Answer, Keeper } from '../keeper-server.ts'

type Resource = CacheProvision['resources'][number]
type Whose = { user: string; resource: Resource }

/** The window of the library's own documentation, in seconds. */
const expirationWindow = 300

/** What the library rejects with where the service answered. */
const statusOf = (cause: unknown): number | undefined =>
  typeof cause === 'object' && cause !== null && 'output' in cause
    ? (cause.output as { statusCode?: number }).statusCode
    : undefined

const directly = ({ direct }: Resource) => {
  if (direct === undefined) throw new TypeError('this target goes to the token service itself')
  return direct
}

const clientFor = (resource: Resource, id?: string) => {
  const direct = directly(resource)
  const [token, authorize] = [new URL(direct.tokenEndpoint), new URL(direct.authorizationEndpoint)]
  return new library.AuthorizationCode({
    client: { id: id ?? direct.clientId, secret: direct.clientSecret },
    auth: {
      tokenHost: token.origin,
      tokenPath: token.pathname,
      authorizeHost: authorize.origin,
      authorizePath: authorize.pathname,
    },
    options: { authorizationMethod: 'body' },
  })
}

const appFor = (resource: Resource) => {
  const { clientId, clientSecret, tokenEndpoint } = directly(resource)
  const { origin, pathname } = new URL(tokenEndpoint)
  return new library.ClientCredentials({
    client: { id: clientId, secret: clientSecret },
    auth: { tokenHost: origin, tokenPath: pathname },
    options: { authorizationMethod: 'body' },
  })
}

const callsWith = async ({ api }: Resource, { token }: AccessToken): Promise<Answer> => {
  const { status } = await fetch(api, {
    headers: { authorization: `Bearer ${String(token['access_token'])}`, accept: 'application/json' },
  })
  return status === 200 ? { outcome: 'data' } : { outcome: 'failed', says: `the resource answered ${status}` }
}

/**
 * Keeps tokens for users by the library alone, as its documentation shows: a token that is about to expire is refreshed and replaced, and
 * nothing else is done to it. Around it stands only what the library leaves to its user: a map, and the state of a dialog.
 */
export const makeKeeper = ({ resources, callback }: CacheProvision): Keeper => {
  const tokens = new Map<string, AccessToken>()
  const alone = new Map<string, AccessToken>()
  const dialogs = new Map<string, Whose>()
  const keyOf = ({ user, resource }: Whose) => JSON.stringify([resource.id, user])
  const resourceOf = ({ direct }: Resource) => ({ resource: direct?.resource ?? '' })

  const offers = (whose: Whose): Answer => {
    const state = randomUUID()
    dialogs.set(state, whose)
    const url = clientFor(whose.resource, whose.resource.id).authorizeURL({ redirect_uri: callback, state })
    return { outcome: 'no-token', trustUrl: url }
  }

  return {
    async call(user, realm, id) {
      const resource = resources.find((one) => one.id === id && one.tenant === realm)
      if (resource === undefined) return { outcome: 'failed', says: 'unknown resource' }
      const whose = { user, resource }
      let token = tokens.get(keyOf(whose))
      if (token === undefined) return offers(whose)
      if (token.expired(expirationWindow)) {
        try {
          token = await token.refresh(resourceOf(resource))
        } catch (cause) {
          const status = statusOf(cause)
          if (status !== 400 && status !== 401) return { outcome: 'failed', says: `a refresh ended in ${status}` }
          tokens.delete(keyOf(whose))
          return offers(whose)
        }
        tokens.set(keyOf(whose), token)
      }
      return callsWith(resource, token)
    },

    async callAlone(realm, id) {
      const resource = resources.find((one) => one.id === id && one.tenant === realm)
      if (resource === undefined) return { outcome: 'failed', says: 'unknown resource' }
      const kept = alone.get(id)
      const token = kept?.expired(expirationWindow) === false ? kept : await appFor(resource).getToken(resourceOf(resource)) // prettier-ignore
      alone.set(id, token)
      return callsWith(resource, token)
    },

    async comesBack(state, code) {
      const whose = dialogs.get(state)
      dialogs.delete(state)
      if (whose === undefined) return false
      try {
        const given = { code, redirect_uri: callback, ...resourceOf(whose.resource) }
        tokens.set(keyOf(whose), await clientFor(whose.resource).getToken(given))
        return true
      } catch {
        return false
      }
    },
  }
}
