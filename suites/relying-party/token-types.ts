import { tamperings } from '../../fixtures/tampering/index.ts'
import { Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import { against } from './attack.ts'
import { bothSignIn, formNames, oneVersionSignsIn, signIn, versionsOf } from './token.ts'
import type { Making } from './token.ts'
import type { PartyContext } from './visit.ts'
import { needs, tell, usersOf } from './visit.ts'

const clauses = ['party.token-types'] as const

const signsUserIn = async (context: PartyContext, making: Making) => {
  const { identity, journey } = await signIn(context, making)
  if (identity?.name === usersOf(context)[0].name) return
  throw new Violation('refused', {
    expected: `a valid token of SAML ${making.version} signs its user in`,
    actual: `${identity?.name ?? 'nobody'} is signed in: ${tell({ journey })}`,
  })
}

/** Both versions, since brokers issue both. */
export const bothTokenVersions: Check<'relying-party'> = {
  id: 'party.token-types.both-versions',
  title: 'tokens of SAML 1.1 and of SAML 2.0 are accepted',
  sends: 'valid responses with a token of each version that the party is registered for',
  owes: 'a session of the user, of either version',
  clauses,
  needs,
  kills: ['party.refuses-saml11', 'party.refuses-saml20'],
  control: oneVersionSignsIn,
  async run(context) {
    const versions = versionsOf(context)
    if (versions.length < 2) context.note(`the target file says that the party takes SAML ${versions.join()} alone`)
    await context.each(versions, (version) => signsUserIn(context, { version }))
  },
}

/** How the response around the token is written is between broker and party. */
export const everyForm: Check<'relying-party'> = {
  id: 'party.token-types.response-forms',
  title: 'a valid token is accepted in a response of either edition of WS-Trust, alone and in a collection',
  sends:
    'valid responses of WS-Trust February 2005 and 1.3, the latter alone and in a collection, of each version of SAML',
  owes: 'a session of the user out of each of them',
  clauses,
  weaker: 'practice',
  needs,
  kills: ['party.refuses-collections'],
  control: bothSignIn,
  run: (context) =>
    context.each(
      versionsOf(context).flatMap((version) => formNames.map((form) => ({ version, form }))),
      (making) => signsUserIn(context, making),
    ),
}

/** What is no token of WS-Federation. */
export const otherTokens: Check<'relying-party'> = {
  id: 'party.token-types.saml-p-and-jwt',
  title: 'a SAML protocol response or a JWT in the place of a result is no sign-in',
  sends: 'results that are a SAML protocol response around a valid assertion, or a JWT that the broker signed',
  owes: 'nobody signed in by either of them',
  clauses,
  needs,
  kills: ['party.takes-saml-responses', 'party.takes-jwt'],
  control: bothSignIn,
  run: (context) =>
    against(
      context,
      tamperings.filter(({ id }) => ['content.saml-p-response', 'content.jwt'].includes(id)),
      0,
    ),
}
