import { AuthError, ConfidentialClientApplication, InteractionRequiredAuthError } from '@azure/msal-node'
import { randomUUID } from 'node:crypto'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Answer, Keeper } from '../keeper-server.ts'

type Resource = CacheProvision['resources'][number]
type Whose = { user: string; resource: Resource }

const directOf = ({ direct }: Resource): NonNullable<Resource['direct']> => {
  if (direct === undefined) throw new TypeError('this target goes to the token service itself')
  return direct
}

const applicationFor = (resource: Resource): ConfidentialClientApplication => {
  const { clientId, clientSecret, authorizationEndpoint } = directOf(resource)
  const { origin, host } = new URL(authorizationEndpoint)
  const authority = `${origin}/${resource.tenant}`
  return new ConfidentialClientApplication({ auth: { clientId, clientSecret, authority, knownAuthorities: [host] } })
}

/**
 * Keeps tokens for users by the library alone, as its documentation shows: tokens are acquired silently, and by the code of a dialog
 * where the library says that a person is needed. Around it stands only what it leaves to its user: who is which account, and the
 * state of a dialog.
 */
export const makeKeeper = ({ resources, callback }: CacheProvision): Keeper => {
  const applications = new Map(resources.map((resource) => [resource.id, applicationFor(resource)]))
  const accounts = new Map<string, string>()
  const dialogs = new Map<string, Whose>()
  const keyOf = ({ user, resource }: Whose) => JSON.stringify([resource.id, user])
  const applicationOf = ({ id }: Resource) => {
    const application = applications.get(id)
    if (application === undefined) throw new TypeError('there is an application for every resource')
    return application
  }
  const scopesOf = (resource: Resource) => [`${directOf(resource).resource}/.default`]

  const offers = async (whose: Whose): Promise<Answer> => {
    const { resource } = whose
    const state = randomUUID()
    dialogs.set(state, whose)
    const trustUrl = await applicationOf(resource).getAuthCodeUrl({
      scopes: scopesOf(resource),
      redirectUri: callback,
      state,
    })
    return { outcome: 'no-token', trustUrl }
  }

  /** The access token of a user, or why there is none: a person is needed, or it did not work out. */
  const silently = async ({ user, resource }: Whose): Promise<{ token: string } | 'no-token' | 'failed'> => {
    const application = applicationOf(resource)
    const id = accounts.get(keyOf({ user, resource }))
    const account = id === undefined ? null : await application.getTokenCache().getAccountByHomeId(id)
    if (account === null) return 'no-token'
    try {
      return { token: (await application.acquireTokenSilent({ account, scopes: scopesOf(resource) })).accessToken }
    } catch (cause) {
      if (cause instanceof InteractionRequiredAuthError) return 'no-token'
      if (cause instanceof AuthError) return 'failed'
      throw cause
    }
  }

  return {
    async call(user, realm, id) {
      const resource = resources.find((one) => one.id === id && one.tenant === realm)
      if (resource === undefined) return { outcome: 'failed', says: 'unknown resource' }
      const whose = { user, resource }
      const acquired = await silently(whose)
      if (acquired === 'no-token') return offers(whose)
      if (acquired === 'failed') return { outcome: 'failed', says: 'no token could be acquired' }
      const { status } = await fetch(resource.api, {
        headers: { authorization: `Bearer ${acquired.token}`, accept: 'application/json' },
      })
      return status === 200 ? { outcome: 'data' } : { outcome: 'failed', says: `the resource answered ${status}` }
    },

    async comesBack(state, code) {
      const whose = dialogs.get(state)
      dialogs.delete(state)
      if (whose === undefined) return false
      const { resource } = whose
      try {
        const { account } = await applicationOf(resource).acquireTokenByCode({
          code,
          scopes: scopesOf(resource),
          redirectUri: callback,
        })
        if (account === null) return false
        accounts.set(keyOf(whose), account.homeAccountId)
        return true
      } catch (cause) {
        if (cause instanceof AuthError) return false
        throw cause
      }
    },
  }
}
