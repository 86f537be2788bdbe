/**
 * What a metadata document of high trust says of a signing key: its certificate, as base64 of DER. Documents are read by names in
 * whatever case.
 */
export type PublishedKey = { certificate: string }

/** How the names of a key are spelt; readers take both. */
export type Spelling = 'keyValue' | 'keyvalue'

/** Writes the metadata document of a principal of a realm. `thumbprint` is the SHA-1 of the certificate, in base64url. */
export const writeDocument = (
  { name, issuer, location }: { name: string; issuer: string; location: string },
  keys: readonly (PublishedKey & { thumbprint: string })[],
  spelling: Spelling = 'keyValue',
): string => {
  const info = spelling === 'keyValue' ? 'keyInfo' : 'keyinfo'
  return JSON.stringify({
    version: '1.0',
    name,
    serviceName: issuer,
    issuer,
    endpoints: [{ location, protocol: 'OAuth2', usage: 'metadata' }],
    keys: keys.map(({ certificate, thumbprint }) => ({
      usage: 'signing',
      [info]: { x5t: thumbprint },
      [spelling]: { type: 'x509Certificate', value: certificate },
    })),
  })
}

/** The signing keys of a metadata document, in order; `undefined` where it is none, or has keys of which none can be read. */
export const publishedIn = (text: string): PublishedKey[] | undefined => {
  const keys = named(objectIn(text), 'keys')
  if (!Array.isArray(keys)) return undefined
  const found = keys.flatMap((key: unknown): PublishedKey[] => {
    const [usage, chain] = [named(key, 'usage'), named(key, 'x5c')]
    const certificate: unknown = named(named(key, 'keyvalue'), 'value') ?? (Array.isArray(chain) ? chain[0] : undefined)
    if (typeof certificate !== 'string' || (usage !== undefined && usage !== 'signing')) return []
    return [{ certificate: certificate.replaceAll(/-----(?:BEGIN|END) CERTIFICATE-----|\s/g, '') }]
  })
  return found.length === 0 && keys.length > 0 ? undefined : found
}

const objectIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What an object has under a name, in whatever case. */
const named = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1]
    : undefined
