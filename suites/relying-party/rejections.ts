import { tamperings } from '../../fixtures/tampering/index.ts'
import type { Tampering } from '../../fixtures/tampering/tampering.ts'
import type { AttackId, Check } from '../../harness/judge/check.ts'
import type { FaultId } from '../../mocks/faults/catalogue.ts'
import { against } from './attack.ts'
import { bothSignIn } from './token.ts'
import { needs } from './visit.ts'

type Rejection = {
  clause: string
  name: string
  what: string
  /** Of the catalogue of tamperings. */
  tried: (tampering: Tampering) => boolean
  kills: readonly [FaultId, ...FaultId[]]
  weaker?: 'practice'
}

/** A check with the hostile results that it brings. */
type Rejecting = Check<'relying-party'> & { tried: readonly Tampering[] }

/** Results of one kind give no session. */
const check = ({ clause, name, what, tried, kills, weaker }: Rejection): Rejecting => {
  const own = tamperings
    .filter(tried)
    .map((one): Tampering => (weaker && name === 'sha1' ? { ...one, owes: 'refusal' } : one))
  return {
    tried: own,
    id: `${clause}.${name}`,
    title: `no session comes of ${what}`,
    sends: `results with ${what}, in ${own.length === 1 ? 'one shape' : `${own.length} shapes`}, of SAML 1.1 and 2.0, in every form of response`,
    owes: own.some(({ owes }) => owes === 'not-forged')
      ? 'nobody signed in, or exactly whom the broker has signed'
      : 'nobody signed in by any of them',
    clauses: [clause],
    ...(weaker && { weaker }),
    attacks: [...new Set(own.flatMap(({ attacks }) => attacks as AttackId[]))].toSorted(),
    needs,
    kills,
    control: bothSignIn,
    run: (context) => against(context, own, context.runs),
  }
}

const beginning =
  (...prefixes: string[]) =>
  ({ id }: Tampering) =>
    prefixes.some((prefix) => id.startsWith(prefix))

const of =
  (...ids: string[]) =>
  ({ id }: Tampering) =>
    ids.includes(id)

const ofAttack =
  (from: string, to: string) =>
  ({ attacks, signed }: Tampering) =>
    !signed && attacks.some((id) => id.slice(0, 4) === from.slice(0, 4) && id >= from && id <= to)

const wrapping = ofAttack('XSW-09', 'XSW-21')
const differential = ofAttack('XPD-01', 'XPD-07')
const audienceByMarkup = of('markup.comment-in-audience')

const rejections: readonly Rejection[] = [
  {
    clause: 'party.rejects-unsigned',
    name: 'no-signature',
    what: 'a token whose signature is missing, empty, or covers nothing of it',
    tried: (one) =>
      beginning('signature.')(one) || of('reference.none', 'reference.part', 'reference.around-the-token')(one),
    kills: ['party.believes-unsigned', 'party.believes-unsigned-in-collections', 'party.ignores-signature'],
  },
  {
    clause: 'party.rejects-foreign-key',
    name: 'other-keys',
    what: 'a token that somebody else signed, whatever certificate comes with it',
    tried: beginning('key.'),
    kills: [
      'party.trusts-embedded-certificate',
      'party.trusts-bare-key',
      'party.trusts-embedded-certificate-of-long-tokens',
      'party.ignores-signature',
    ],
  },
  {
    clause: 'party.rejects-foreign-key',
    name: 'sha1',
    what: 'a token that the broker signed with SHA-1, which no longer says who signed it',
    tried: of('algorithm.sha1'),
    weaker: 'practice',
    kills: ['party.believes-sha1'],
  },
  {
    clause: 'party.rejects-altered',
    name: 'content',
    what: 'a token whose name, audience or window was altered after it was signed',
    tried: of(
      'content.name-altered',
      'content.audience-altered',
      'content.window-altered',
      'reference.digest-elsewhere',
      'transforms.filter-the-subject',
    ),
    kills: ['party.believes-altered', 'party.believes-altered-of-saml11-in-new-form', 'party.ignores-signature'],
  },
  {
    clause: 'party.rejects-expired',
    name: 'hour-ago',
    what: 'a token whose validity has ended an hour before',
    tried: of('content.expired'),
    kills: ['party.ignores-window', 'party.believes-for-a-day', 'party.believes-expired-with-long-claims'],
  },
  {
    clause: 'party.rejects-early',
    name: 'in-an-hour',
    what: 'a token whose validity begins in an hour',
    tried: of('content.early'),
    kills: ['party.ignores-window', 'party.ignores-start'],
  },
  {
    clause: 'party.rejects-foreign-audience',
    name: 'other-parties',
    what: 'a token for another party, for one whose name continues after a comment, or for none',
    tried: (one) => of('content.wrong-audience')(one) || audienceByMarkup(one),
    kills: ['party.ignores-audience', 'party.takes-audience-up-to-comments', 'party.ignores-audience-in-collections'],
  },
  {
    clause: 'party.rejects-wrapped',
    name: 'wrapping',
    what: 'a forged token around, beside or before one that the broker signed',
    tried: wrapping,
    kills: [
      'party.believes-wrapped',
      'party.believes-outermost',
      'party.reads-last-assertion',
      'party.believes-any-signed-message',
      'party.verifies-first-of-two-signed-infos',
      'party.takes-digests-from-comments',
      'party.ignores-namespaces',
    ],
  },
  {
    clause: 'party.rejects-wrapped',
    name: 'differential',
    what: 'a token that two readers of XML understand differently',
    tried: (one) => differential(one) && !audienceByMarkup(one),
    kills: [
      'party.reads-names-up-to-comments',
      'party.reads-names-up-to-cdata',
      'party.skips-instructions',
      'party.reads-doctypes-in-two-ways',
      'party.takes-namespaces-from-doctypes',
      'party.digests-nothing-for-odd-namespaces',
    ],
  },
  {
    clause: 'party.rejects-wrapped',
    name: 'markup',
    what: 'a token in a document with a type declaration, entities, or references in unusual forms',
    tried: (one) =>
      !one.signed &&
      !wrapping(one) &&
      !differential(one) &&
      beginning('wrapping.', 'reference.', 'transforms.', 'markup.')(one) &&
      !of(
        'reference.none',
        'reference.part',
        'reference.around-the-token',
        'reference.digest-elsewhere',
        'transforms.filter-the-subject',
        'markup.entity-expansion',
        'markup.depth',
      )(one),
    kills: ['party.reads-either-of-two-documents', 'party.expands-no-entities', 'party.ignores-references'],
  },
  {
    clause: 'party.rejects-foreign-issuer',
    name: 'other-name',
    what: 'a token under the right key that names another issuer',
    tried: of('content.wrong-issuer'),
    kills: ['party.ignores-issuer', 'party.ignores-issuer-of-collections'],
  },
]

/** One check for each kind of hostile result. */
export const partyRejects: readonly Rejecting[] = rejections.map(check)
