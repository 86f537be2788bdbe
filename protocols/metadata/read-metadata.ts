import { readInstant } from '../instants.ts'
import type { Refused } from '../refusal.ts'
import { orRefused, refuse } from '../refusal.ts'
import { present } from '../saml/parts.ts'
import type { Trust } from '../signature/verify.ts'
import { verifySigned } from '../signature/verify.ts'
import { addressIn } from '../ws-trust/applies-to.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, childNamed, childrenNamed, elementsOf, isNamed, textOf } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import { rootOf } from '../xml/read.ts'
import type { ClaimType, Metadata } from './metadata.ts'

const { federation, signature } = namespaces

/** Whether a role is of this type. Canonical bytes may have lost the declaration of a prefix that stands in a value alone. */
const isOfType = (role: Element, type: string): boolean => {
  const [local = '', prefix = ''] = (attributeNamed(role, 'type', namespaces.schemaInstance) ?? '')
    .split(':')
    .toReversed()
  const namespace = role.declared?.get(prefix)
  return local === type && (namespace === undefined || namespace === federation)
}

const certificatesIn = (role: Element): string[] =>
  childrenNamed(role, 'KeyDescriptor')
    .filter((key) => (attributeNamed(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => childrenNamed(key, 'KeyInfo', signature))
    .flatMap((info) => childrenNamed(info, 'X509Data'))
    .flatMap((data) => childrenNamed(data, 'X509Certificate'))
    .map((certificate) => textOf(certificate).replaceAll(/\s/g, ''))

const addressesIn = (role: Element, name: string): string[] =>
  childrenNamed(role, name, federation)
    .flatMap(elementsOf)
    .map(addressIn)
    .filter((address) => address !== undefined)

const membersOf = (role: Element, name: string): Element[] => childrenNamed(role, name, federation).flatMap(elementsOf)

const claimTypesIn = (role: Element, name: string): ClaimType[] =>
  membersOf(role, name)
    .filter((member) => isNamed(member, 'ClaimType', namespaces.authorization))
    .map((member) => {
      const textIn = (local: string): string | undefined => {
        const child = childNamed(member, local)
        return child && textOf(child)
      }
      return {
        type: attributeNamed(member, 'Uri') ?? refuse('malformed', 'a claim type without URI'),
        optional: ['true', '1'].includes(attributeNamed(member, 'Optional') ?? 'false'),
        ...present({ displayName: textIn('DisplayName'), description: textIn('Description') }),
      }
    })

const bothRoles = (role: Element) => ({
  certificates: certificatesIn(role),
  passiveEndpoints: addressesIn(role, 'PassiveRequestorEndpoint'),
  ...present({ displayName: attributeNamed(role, 'ServiceDisplayName') }),
})

const metadataIn = (root: Element): Metadata => {
  if (!isNamed(root, 'EntityDescriptor', namespaces.metadata)) refuse('not-metadata', `${root.local} is no metadata`)
  const roles = childrenNamed(root, 'RoleDescriptor')
  const issuer = roles.find((role) => isOfType(role, 'SecurityTokenServiceType'))
  const application = roles.find((role) => isOfType(role, 'ApplicationServiceType'))
  const until = attributeNamed(root, 'validUntil')
  return {
    entityId: attributeNamed(root, 'entityID') ?? refuse('malformed', 'no entity id'),
    ...present({
      id: attributeNamed(root, 'ID'),
      validUntil: until === undefined ? undefined : (readInstant(until) ?? refuse('bad-instant', 'validUntil')),
      securityTokenService: issuer && {
        ...bothRoles(issuer),
        endpoints: addressesIn(issuer, 'SecurityTokenServiceEndpoint'),
        tokenTypes: membersOf(issuer, 'TokenTypesOffered').map((type) => attributeNamed(type, 'Uri') ?? ''),
        claimTypes: claimTypesIn(issuer, 'ClaimTypesOffered'),
      },
      applicationService: application && {
        ...bothRoles(application),
        endpoints: addressesIn(application, 'ApplicationServiceEndpoint'),
        scopes: membersOf(application, 'TargetScopes')
          .map(addressIn)
          .filter((scope) => scope !== undefined),
        claimTypes: claimTypesIn(application, 'ClaimTypesRequested'),
      },
    }),
  }
}

/** Reads federation metadata without believing it: the signature, if there is one, is not looked at. */
export const readMetadata = (text: string): { is: 'metadata'; metadata: Metadata } | Refused =>
  orRefused(() => ({ is: 'metadata', metadata: metadataIn(rootOf(text)) }))

/** Whose metadata is expected, signed by whom, and when. */
export type ExpectedMetadata = Trust & { entityId: string; now: number }

/**
 * Verifies the signature of federation metadata, as {@link verifySigned} does, and answers what was signed. The prefix
 * in the value of `xsi:type` is not covered by exclusive canonicalization: roles are told by the local name there.
 */
export const verifyMetadata = (
  text: string,
  { entityId, now, ...trust }: ExpectedMetadata,
): { is: 'metadata'; metadata: Metadata } | Refused =>
  orRefused(() => {
    const root = rootOf(text, trust.limits)
    if (!isNamed(root, 'EntityDescriptor', namespaces.metadata)) refuse('not-metadata', `${root.local} is no metadata`)
    const metadata = metadataIn(verifySigned(root, root, trust).element)
    if (metadata.entityId !== entityId) refuse('wrong-entity', 'the metadata of someone else')
    if ((metadata.validUntil ?? Infinity) <= now) refuse('expired', 'no longer valid')
    return { is: 'metadata', metadata }
  })
