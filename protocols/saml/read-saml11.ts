import { refuse } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, childNamed, childrenNamed, elementsOf } from '../xml/element.ts'
import type { Assertion, Claim, NameId } from './assertion.ts'
import { bearer } from './assertion.ts'
import { instantIn, onlyChild, otherConditionsOf, plainText, present, required, requiredInstant } from './parts.ts'

type Subject = { nameId?: NameId; confirmation?: string }

const subjectIn = (statement: Element): Subject => {
  const subject = onlyChild(statement, 'Subject') ?? refuse('malformed', `${statement.local} without a subject`)
  const identifier = onlyChild(subject, 'NameIdentifier')
  const confirmation = onlyChild(subject, 'SubjectConfirmation')
  const methods = confirmation === undefined ? [] : childrenNamed(confirmation, 'ConfirmationMethod').map(plainText)
  return present({
    nameId: identifier && {
      value: plainText(identifier),
      ...present({ format: attributeNamed(identifier, 'Format') }),
    },
    confirmation: methods.find((method) => method === bearer['1.1']) ?? methods[0],
  })
}

const claimOf = (attribute: Element): Claim => {
  const namespace = required(attribute, 'AttributeNamespace')
  const name = required(attribute, 'AttributeName')
  return {
    type: namespace === '' ? name : `${namespace}/${name}`,
    values: childrenNamed(attribute, 'AttributeValue').map(plainText),
  }
}

/**
 * What a SAML 1.1 assertion says, for readers inside `orRefused`. Every statement must be about the same subject.
 *
 * @see SAML Core 1.1 section 2.3
 */
export const readSaml11 = (element: Element): Assertion => {
  if (required(element, 'MajorVersion') !== '1' || required(element, 'MinorVersion') !== '1') {
    refuse('wrong-version', 'SAML 1.1 has the major and the minor version 1')
  }
  const conditions = onlyChild(element, 'Conditions')
  const statements = elementsOf(element).filter((child) => childNamed(child, 'Subject', element.namespace))
  const subjects = statements.map(subjectIn)
  if (
    new Set(subjects.map((one) => JSON.stringify([one.nameId?.value, one.nameId?.format, one.confirmation]))).size > 1
  ) {
    refuse('two-subjects', 'statements about different subjects')
  }
  const authentication = childNamed(element, 'AuthenticationStatement')
  const others = otherConditionsOf(conditions, 'AudienceRestrictionCondition')
  return {
    version: '1.1',
    id: required(element, 'AssertionID'),
    issuer: required(element, 'Issuer'),
    issuedAt: requiredInstant(element, 'IssueInstant'),
    ...present({
      notBefore: conditions && instantIn(conditions, 'NotBefore'),
      notOnOrAfter: conditions && instantIn(conditions, 'NotOnOrAfter'),
      otherConditions: others.length > 0 ? others : undefined,
      authentication: authentication && {
        at: requiredInstant(authentication, 'AuthenticationInstant'),
        method: required(authentication, 'AuthenticationMethod'),
      },
    }),
    audiences: (conditions ? childrenNamed(conditions, 'AudienceRestrictionCondition') : []).map((restriction) =>
      childrenNamed(restriction, 'Audience').map(plainText),
    ),
    ...subjects[0],
    claims: childrenNamed(element, 'AttributeStatement').flatMap((statement) =>
      childrenNamed(statement, 'Attribute').map(claimOf),
    ),
  }
}
