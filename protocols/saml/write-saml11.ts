import { instantOf } from '../instants.ts'
import type { Element } from '../xml/element.ts'
import { vocabulary } from '../xml/element.ts'
import { namespaces } from '../xml/namespaces.ts'
import type { Assertion, Claim } from './assertion.ts'
import { NotAnAssertion, bearer } from './assertion.ts'

const saml = vocabulary('saml', namespaces.saml11)

const subject = ({ nameId, confirmation = bearer['1.1'] }: Assertion): Element =>
  saml(
    'Subject',
    {},
    nameId && saml('NameIdentifier', { Format: nameId.format }, nameId.value),
    saml('SubjectConfirmation', {}, saml('ConfirmationMethod', {}, confirmation)),
  )

const attribute = ({ type, values }: Claim): Element => {
  const slash = type.lastIndexOf('/')
  if (slash < 1 || slash === type.length - 1) {
    throw new NotAnAssertion(`the claim type ${JSON.stringify(type)} has no namespace and name divided by a slash`)
  }
  return saml(
    'Attribute',
    { AttributeName: type.slice(slash + 1), AttributeNamespace: type.slice(0, slash) },
    ...values.map((value) => saml('AttributeValue', {}, value)),
  )
}

/**
 * An assertion in SAML 1.1, unsigned: conditions first and the attribute statement before the authentication statement, as
 * AD FS writes them.
 *
 * @throws {NotAnAssertion} for what SAML 1.1 cannot say
 * @see SAML Core 1.1 sections 2.3 and 2.4
 */
export const writeSaml11 = (assertion: Assertion): Element => {
  const { id, issuer, issuedAt, notBefore, notOnOrAfter, audiences, claims, authentication, otherConditions } =
    assertion
  if (assertion.confirmationData) throw new NotAnAssertion('SAML 1.1 has no place for confirmation data')
  if (claims.length === 0 && !authentication) throw new NotAnAssertion('SAML 1.1 names its subject in statements alone')
  return saml(
    'Assertion',
    {
      MajorVersion: '1',
      MinorVersion: '1',
      AssertionID: id,
      Issuer: issuer,
      IssueInstant: instantOf(issuedAt),
    },
    saml(
      'Conditions',
      {
        NotBefore: notBefore === undefined ? undefined : instantOf(notBefore),
        NotOnOrAfter: notOnOrAfter === undefined ? undefined : instantOf(notOnOrAfter),
      },
      ...audiences.map((anyOf) =>
        saml('AudienceRestrictionCondition', {}, ...anyOf.map((audience) => saml('Audience', {}, audience))),
      ),
      ...(otherConditions ?? []).map((name) => saml(name)),
    ),
    claims.length > 0 ? saml('AttributeStatement', {}, subject(assertion), ...claims.map(attribute)) : undefined,
    authentication &&
      saml(
        'AuthenticationStatement',
        { AuthenticationMethod: authentication.method, AuthenticationInstant: instantOf(authentication.at) },
        subject(assertion),
      ),
  )
}
