/** SharePoint as a principal, by the id that it has in every realm. */
export const sharePointId = '00000003-0000-0ff1-ce00-000000000000'

/**
 * A principal of a realm: `{id}@{realm}`. So Azure ACS knows clients, and so its app-only tokens name them.
 *
 * @see SharePoint documentation, handling security tokens in low-trust add-ins
 */
export const principalOf = (id: string, realm: string): string => `${id}@${realm}`

/** Azure ACS as a principal, by the id that it has in every realm. */
export const acsId = '00000001-0000-0000-c000-000000000000'

/** Who issues the tokens of a realm. */
export const acsIssuerOf = (realm: string): string => principalOf(acsId, realm)

/**
 * What a token request at Azure ACS names as its resource, and its token as audience: SharePoint at a host of a realm. A
 * port belongs to it where it is not 443.
 *
 * @param url any URL of that SharePoint
 * @throws {TypeError} when it is no URL
 */
export const sharePointResourceOf = (url: string, realm: string): string =>
  principalOf(`${sharePointId}/${new URL(url).host}`, realm)
