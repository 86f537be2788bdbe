import { graph } from './directory.ts'

/** What a scope parameter of v2 asks for. `resource` is empty when no API is named, undefined when several are. */
export type Scopes = { all: readonly string[]; resource: string | undefined }

const openid = new Set(['openid', 'profile', 'email', 'offline_access'])

/** Reads a scope parameter: `https://api.test/read` is a permission of an API, and a bare name one of Microsoft Graph. */
export const readScopes = (text: string): Scopes => {
  const all = text.split(' ').filter((scope) => scope !== '')
  const resources = new Set(all.filter((scope) => !openid.has(scope)).map(resourceOf))
  return { all, resource: resources.size > 1 ? undefined : ([...resources][0] ?? '') }
}

/** The permissions among scopes as the `scp` claim names them: without API; `.default` is everything consented to. */
export const permissionsOf = (scopes: readonly string[]): string => {
  const permissions = scopes
    .filter((scope) => !openid.has(scope))
    .map((scope) => scope.slice(scope.lastIndexOf('/') + 1))
    .map((name) => (name === '.default' ? 'user_impersonation' : name))
  return permissions.length === 0 ? 'user_impersonation' : permissions.join(' ')
}

const resourceOf = (scope: string) => (scope.includes('/') ? scope.slice(0, scope.lastIndexOf('/')) : graph)
