import { instantOf } from '../instants.ts'
import type { Element } from '../xml/element.ts'
import { vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import type { Assertion, Claim } from './assertion.ts'
import { bearer } from './assertion.ts'

const saml = vocabulary('', namespaces.saml20)
const instant = (at: number | undefined): string | undefined => (at === undefined ? undefined : instantOf(at))

const subject = ({ nameId, confirmation = bearer['2.0'], confirmationData }: Assertion): Element =>
  saml(
    'Subject',
    {},
    nameId && saml('NameID', { Format: nameId.format }, nameId.value),
    saml(
      'SubjectConfirmation',
      { Method: confirmation },
      confirmationData &&
        saml('SubjectConfirmationData', {
          NotBefore: instant(confirmationData.notBefore),
          NotOnOrAfter: instant(confirmationData.notOnOrAfter),
          Recipient: confirmationData.recipient,
          InResponseTo: confirmationData.inResponseTo,
          Address: confirmationData.address,
        }),
    ),
  )

const attribute = ({ type, values }: Claim): Element =>
  saml('Attribute', { Name: type }, ...values.map((value) => saml('AttributeValue', {}, value)))

const authenticationStatement = ({ at, method, sessionIndex }: NonNullable<Assertion['authentication']>): Element =>
  saml(
    'AuthnStatement',
    { AuthnInstant: instantOf(at), SessionIndex: sessionIndex },
    saml('AuthnContext', {}, saml('AuthnContextClassRef', {}, method)),
  )

/**
 * An assertion in SAML 2.0, unsigned, in the default namespace as AD FS writes it; its signature belongs after the issuer.
 *
 * @see SAML Core 2.0 section 2.3.3
 */
export const writeSaml20 = (assertion: Assertion): Element => {
  const { id, issuer, issuedAt, notBefore, notOnOrAfter, audiences, claims, authentication, otherConditions } =
    assertion
  return saml(
    'Assertion',
    { ID: id, IssueInstant: instantOf(issuedAt), Version: '2.0' },
    saml('Issuer', {}, issuer),
    subject(assertion),
    saml(
      'Conditions',
      { NotBefore: instant(notBefore), NotOnOrAfter: instant(notOnOrAfter) },
      ...audiences.map((anyOf) =>
        saml('AudienceRestriction', {}, ...anyOf.map((audience) => saml('Audience', {}, audience))),
      ),
      ...(otherConditions ?? []).map((name) => saml(name)),
    ),
    claims.length > 0 ? saml('AttributeStatement', {}, ...claims.map(attribute)) : undefined,
    authentication && authenticationStatement(authentication),
  )
}
