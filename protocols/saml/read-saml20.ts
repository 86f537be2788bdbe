import { refuse } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, childNamed, childrenNamed } from '../xml/element.ts'
import type { Assertion, Claim, ConfirmationData } from './assertion.ts'
import { bearer } from './assertion.ts'
import { instantIn, onlyChild, otherConditionsOf, plainText, present, required, requiredInstant } from './parts.ts'

const confirmationDataOf = (data: Element): ConfirmationData =>
  present({
    notBefore: instantIn(data, 'NotBefore'),
    notOnOrAfter: instantIn(data, 'NotOnOrAfter'),
    recipient: attributeNamed(data, 'Recipient'),
    inResponseTo: attributeNamed(data, 'InResponseTo'),
    address: attributeNamed(data, 'Address'),
  })

const subjectOf = (subject: Element): Pick<Assertion, 'nameId' | 'confirmation' | 'confirmationData'> => {
  const nameId = onlyChild(subject, 'NameID')
  const confirmations = childrenNamed(subject, 'SubjectConfirmation')
  const confirmation = confirmations.find((one) => attributeNamed(one, 'Method') === bearer['2.0']) ?? confirmations[0]
  const data = confirmation && onlyChild(confirmation, 'SubjectConfirmationData')
  return present({
    nameId: nameId && { value: plainText(nameId), ...present({ format: attributeNamed(nameId, 'Format') }) },
    confirmation: confirmation && required(confirmation, 'Method'),
    confirmationData: data && confirmationDataOf(data),
  })
}

const claimOf = (attribute: Element): Claim => ({
  type: required(attribute, 'Name'),
  values: childrenNamed(attribute, 'AttributeValue').map(plainText),
})

const authenticationOf = (statement: Element): NonNullable<Assertion['authentication']> => {
  const context = onlyChild(statement, 'AuthnContext')
  const reference = context && onlyChild(context, 'AuthnContextClassRef')
  return {
    at: requiredInstant(statement, 'AuthnInstant'),
    method: reference ? plainText(reference) : '',
    ...present({ sessionIndex: attributeNamed(statement, 'SessionIndex') }),
  }
}

/**
 * What a SAML 2.0 assertion says, for readers inside `orRefused`. Of several confirmations the first bearer one counts.
 *
 * @see SAML Core 2.0 section 2.3.3
 */
export const readSaml20 = (element: Element): Assertion => {
  if (required(element, 'Version') !== '2.0') refuse('wrong-version', 'SAML 2.0 has the version 2.0')
  const conditions = onlyChild(element, 'Conditions')
  const subject = onlyChild(element, 'Subject')
  const statement = childNamed(element, 'AuthnStatement')
  const others = otherConditionsOf(conditions, 'AudienceRestriction')
  return {
    version: '2.0',
    id: required(element, 'ID'),
    issuer: plainText(onlyChild(element, 'Issuer') ?? refuse('malformed', 'no issuer')),
    issuedAt: requiredInstant(element, 'IssueInstant'),
    ...present({
      notBefore: conditions && instantIn(conditions, 'NotBefore'),
      notOnOrAfter: conditions && instantIn(conditions, 'NotOnOrAfter'),
      otherConditions: others.length > 0 ? others : undefined,
      authentication: statement && authenticationOf(statement),
    }),
    audiences: (conditions ? childrenNamed(conditions, 'AudienceRestriction') : []).map((restriction) =>
      childrenNamed(restriction, 'Audience').map(plainText),
    ),
    ...(subject && subjectOf(subject)),
    claims: childrenNamed(element, 'AttributeStatement').flatMap((one) => childrenNamed(one, 'Attribute').map(claimOf)),
  }
}
