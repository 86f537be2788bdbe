const identity = 'http://schemas.microsoft.com/identity/claims'
const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const methods = 'http://schemas.microsoft.com/claims/authnmethodsreferences'
/** How a visitor proved who it is. */
export const password = 'http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password'
/** How a home provider is told to have done it. */
export const windows = 'http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/windows'

/** What the tokens of this service say, by claim type. */
export const claimTypes = {
  tenantId: `${identity}/tenantid`,
  objectId: `${identity}/objectidentifier`,
  displayName: `${identity}/displayname`,
  identityProvider: `${identity}/identityprovider`,
  methods,
  givenName: `${soap}/givenname`,
  surname: `${soap}/surname`,
  name: `${soap}/name`,
} as const
