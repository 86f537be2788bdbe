import { assertionsIn } from '../../protocols/saml/read-assertion.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import { readResult } from '../../protocols/ws-federation/result.ts'
import { textOf, withDescendants } from '../../protocols/xml/element.ts'
import { honestParty } from '../relying-party/policies.ts'
import type { Believes } from './believing.ts'
import { fromNow, inCollection, isLong, refused, refuting, where } from './believing.ts'
import type { PartyFaults } from './party-fault.ts'
import { overlooking, signInAnswerFaults } from './sign-in-answer.ts'
import { upstreamTokenFaults } from './upstream-token.ts'

const comment = /<!--[^]*?-->/g

/** Faults in what of a rightly signed token must fit. */
export const partyContentFaults = {
  'party.ignores-window': refuting(
    'party.rejects-expired',
    'believes a token at any time',
    fromNow(signInAnswerFaults['broker.ignores-window'].instead),
  ),
  'party.believes-for-a-day': refuting(
    'party.rejects-expired',
    'believes a token for a day after its end',
    fromNow(overlookingFor(86_400, 'end')),
  ),
  'party.believes-for-twenty-minutes': refuting(
    'party.rejects-expired',
    'believes a token for twenty minutes before its start and after its end',
    fromNow((text, expected) => verifyToken(text, { ...expected, skew: 1_200 })),
  ),
  'party.believes-expired-with-long-claims': refuting(
    'party.rejects-expired',
    'believes an expired token when it is long',
    fromNow(where(isLong, overlooking('expired'))),
  ),
  'party.believes-lifetime-of-response': refuting(
    'party.rejects-expired',
    'believes a token for as long as the response around it says',
    fromNow((text, expected) => {
      const answer = verifyToken(text, expected)
      const read = readResult(text)
      const lifetime = read.is === 'response' ? read.response.lifetime : undefined
      return answer.is === 'refused' && lifetime && expected.now < lifetime.expires
        ? overlooking('expired')(text, expected)
        : answer
    }),
  ),
  'party.ignores-start': refuting('party.rejects-early', 'believes a token before its start', overlooking('early')),
  'party.takes-tokens-of-today': refuting(
    'party.rejects-early',
    'believes a token that begins within a day',
    overlookingFor(86_400, 'start'),
  ),
  'party.ignores-audience': refuting(
    'party.rejects-foreign-audience',
    'believes a token for another party',
    overlooking('wrong-audience'),
  ),
  'party.ignores-audience-in-collections': refuting(
    'party.rejects-foreign-audience',
    'believes a token for another party in a collection of responses',
    where(inCollection, overlooking('wrong-audience')),
  ),
  'party.believes-applies-to': refuting(
    'party.rejects-foreign-audience',
    'believes a token for another party when the response around it says that it is for this one',
    (text, expected) => {
      const read = readResult(text)
      const ours = read.is === 'response' && read.response.appliesTo === expected.audience
      return ours ? overlooking('wrong-audience')(text, expected) : verifyToken(text, expected)
    },
  ),
  'party.compares-audience-by-prefix': refuting(
    'party.rejects-foreign-audience',
    'believes a token for a party whose name begins with its own',
    (text, expected) => {
      const begins = assertionsIn(text).some((one) =>
        withDescendants(one).some(
          (element) => element.local === 'Audience' && textOf(element).startsWith(expected.audience),
        ),
      )
      return begins ? overlooking('wrong-audience')(text, expected) : verifyToken(text, expected)
    },
  ),
  'party.takes-audience-up-to-comments': refuting(
    'party.rejects-foreign-audience',
    'reads the audience up to a comment, which no signature covers',
    (text, expected) =>
      text.includes(`>${expected.audience}<!--`)
        ? overlooking('wrong-audience')(text.replaceAll(comment, ''), expected)
        : verifyToken(text, expected),
  ),
  'party.ignores-issuer': refuting(
    'party.rejects-foreign-issuer',
    'believes a token under any name when the key is right',
    overlooking('wrong-issuer'),
  ),
  'party.ignores-issuer-of-collections': refuting(
    'party.rejects-foreign-issuer',
    'believes a token in a collection under any name when the key is right',
    where(inCollection, overlooking('wrong-issuer')),
  ),
  'party.refuses-saml11': refuting('party.token-types', 'refuses tokens of SAML 1.1', (text, expected) =>
    verifyToken(text, { ...expected, version: '2.0' }),
  ),
  'party.refuses-saml20': refuting('party.token-types', 'refuses tokens of SAML 2.0', (text, expected) =>
    verifyToken(text, { ...expected, version: '1.1' }),
  ),
  'party.refuses-collections': refuting(
    'party.token-types',
    'refuses a collection of responses',
    where(inCollection, () => refused),
  ),
  'party.takes-saml-responses': refuting(
    'party.token-types',
    'takes the token in a SAML protocol response',
    upstreamTokenFaults['broker.takes-saml-responses'].instead,
  ),
  'party.takes-jwt': refuting(
    'party.token-types',
    'believes a JWT in the place of a token response',
    upstreamTokenFaults['broker.takes-jwt-for-assertion'].instead,
  ),
} as const satisfies PartyFaults

/** Believes for so many seconds beyond one end of the window. */
function overlookingFor(seconds: number, end: 'start' | 'end'): Believes {
  return (text, expected) => {
    const answer = honestParty.believes(text, expected)
    if (answer.is !== 'refused' || answer.reason !== (end === 'start' ? 'early' : 'expired')) return answer
    return verifyToken(text, { ...expected, skew: seconds })
  }
}
