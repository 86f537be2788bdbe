import { instantOf } from '../instants.ts'
import type { Signer } from '../signature/sign.ts'
import { signElement } from '../signature/sign.ts'
import type { Content, Element } from '../xml/element.ts'
import { vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { documentOf } from '../xml/write.ts'
import type { ApplicationService, ClaimType, Metadata, SecurityTokenService } from './metadata.ts'

const md = vocabulary('', namespaces.metadata)
const role = vocabulary('', namespaces.metadata, new Map([['fed', namespaces.federation]]))
const ds = vocabulary('', namespaces.signature)
const fed = vocabulary('fed', namespaces.federation)
const auth = vocabulary('auth', namespaces.authorization)
const wsa = vocabulary('', namespaces.addressing)

const key = (certificate: string): Element =>
  md('KeyDescriptor', { use: 'signing' }, ds('KeyInfo', {}, ds('X509Data', {}, ds('X509Certificate', {}, certificate))))

const claimType = ({ type, displayName, description, optional = true }: ClaimType): Element =>
  auth(
    'ClaimType',
    { Uri: type, Optional: String(optional) },
    displayName === undefined ? undefined : auth('DisplayName', {}, displayName),
    description === undefined ? undefined : auth('Description', {}, description),
  )

const endpoint =
  (name: string) =>
  (address: string): Element =>
    fed(name, {}, wsa('EndpointReference', {}, wsa('Address', {}, address)))

/** A list element, left out when the list is empty. */
const list = (name: string, members: readonly Element[]): Element | undefined =>
  members.length > 0 ? fed(name, {}, ...members) : undefined

const descriptor = (type: string, displayName: string | undefined, ...children: Content[]): Element =>
  role(
    'RoleDescriptor',
    {
      'xsi:type': `fed:${type}`,
      protocolSupportEnumeration: namespaces.federation,
      ServiceDisplayName: displayName,
    },
    ...children,
  )

const issuerRole = (service: SecurityTokenService): Element =>
  descriptor(
    'SecurityTokenServiceType',
    service.displayName,
    ...service.certificates.map(key),
    list(
      'TokenTypesOffered',
      service.tokenTypes.map((uri) => fed('TokenType', { Uri: uri })),
    ),
    list('ClaimTypesOffered', service.claimTypes.map(claimType)),
    ...service.endpoints.map(endpoint('SecurityTokenServiceEndpoint')),
    ...service.passiveEndpoints.map(endpoint('PassiveRequestorEndpoint')),
  )

const applicationRole = (service: ApplicationService): Element =>
  descriptor(
    'ApplicationServiceType',
    service.displayName,
    ...service.certificates.map(key),
    list('ClaimTypesRequested', service.claimTypes.map(claimType)),
    list(
      'TargetScopes',
      service.scopes.map((scope) => wsa('EndpointReference', {}, wsa('Address', {}, scope))),
    ),
    ...service.endpoints.map(endpoint('ApplicationServiceEndpoint')),
    ...service.passiveEndpoints.map(endpoint('PassiveRequestorEndpoint')),
  )

/** Federation metadata as XML, unsigned, its roles in the order of WIF. */
export const writeMetadata = (metadata: Metadata): Element =>
  md(
    'EntityDescriptor',
    {
      ID: metadata.id,
      entityID: metadata.entityId,
      validUntil: metadata.validUntil === undefined ? undefined : instantOf(metadata.validUntil),
    },
    metadata.applicationService && applicationRole(metadata.applicationService),
    metadata.securityTokenService && issuerRole(metadata.securityTokenService),
  )

/** The text of signed federation metadata; the signature stands first, where the schema wants it. */
export const signMetadata = async (metadata: Metadata & { id: string }, signer: Signer): Promise<string> =>
  documentOf(await signElement(writeMetadata(metadata), signer, 0))
