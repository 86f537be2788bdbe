import type { Claim } from '../../protocols/saml/assertion.ts'
import type { PartyPolicies } from '../relying-party/policies.ts'
import { honestParty } from '../relying-party/policies.ts'
import type { PartyFaults } from './party-fault.ts'

/** A party that tells its application each value of a claim otherwise. */
const telling =
  (change: (claim: Claim) => Claim): PartyPolicies['tells'] =>
  (assertion) => {
    const { name, claims } = honestParty.tells(assertion)
    return { name, claims: claims.map(change) }
  }
const values =
  (change: (value: string) => string) =>
  ({ type, values: all }: Claim): Claim => ({ type, values: all.map(change) })

/** Faults in what of a token reaches the application, whose users it takes, and which certificates it believes. */
export const partyClaimFaults = {
  'party.cuts-names-at-their-domain': {
    does: 'tells the application no more of a name than what is before the domain',
    breaks: 'party.accepts-valid',
    policy: 'tells',
    instead(assertion) {
      const { name, claims } = honestParty.tells(assertion)
      return { name: name.replace(/@.*$/, ''), claims }
    },
  },
  'party.tells-claim-for-name': {
    does: 'tells the application the last claim of a token for its name',
    breaks: 'party.accepts-valid',
    policy: 'tells',
    instead(assertion) {
      const { claims } = honestParty.tells(assertion)
      return { name: claims.at(-1)?.values[0] ?? '', claims }
    },
  },
  'party.cuts-claims-at-markup': {
    does: 'tells the application a claim as far as a bracket',
    breaks: 'party.accepts-valid',
    policy: 'tells',
    instead: telling(values((value) => value.replace(/<[^]*$/, ''))),
  },
  'party.trims-claims': {
    does: 'takes white space off the ends of claims',
    breaks: 'party.accepts-valid',
    policy: 'tells',
    instead: telling(values((value) => value.trim())),
  },
  'party.tells-first-value': {
    does: 'tells the application the first of several values of a claim',
    breaks: 'party.accepts-valid',
    policy: 'tells',
    instead: telling(({ type, values: all }) => ({ type, values: all.slice(0, 1) })),
  },
  'party.loses-long-claims': {
    does: 'loses what of a claim goes beyond a thousand characters',
    breaks: 'party.accepts-valid',
    policy: 'tells',
    instead: telling(values((value) => value.slice(0, 1_000))),
  },

  'party.ignores-realm': {
    does: 'takes users of every realm',
    breaks: 'party.rejects-foreign-realm',
    policy: 'isOfRealm',
    instead: () => true,
  },
  'party.takes-first-realm': {
    does: 'looks at the first of two realms in a token',
    breaks: 'party.rejects-foreign-realm',
    policy: 'isOfRealm',
    instead: ({ claims }, { claim, id }) => claims.find(({ type }) => type === claim)?.values[0] === id,
  },
  'party.compares-realm-by-prefix': {
    does: 'takes users of every realm whose id begins with its own',
    breaks: 'party.rejects-foreign-realm',
    policy: 'isOfRealm',
    instead: ({ claims }, { claim, id }) =>
      claims
        .filter(({ type }) => type === claim)
        .every(({ values: all }) => all.length === 1 && all[0]?.startsWith(id)),
  },

  'party.accepts-replays': {
    does: 'takes a token any number of times',
    breaks: 'party.rejects-replay',
    policy: 'isFresh',
    instead: () => true,
  },
  'party.ignores-replays-of-long-ids': {
    does: 'takes a token with a long id any number of times',
    breaks: 'party.rejects-replay',
    policy: 'isFresh',
    instead: (assertion, taken) => assertion.id.length > 100 || honestParty.isFresh(assertion, taken),
  },
  'party.forgets-long-ids': {
    does: 'remembers no id that is longer than a hundred characters',
    breaks: 'party.rejects-replay',
    policy: 'remembers',
    instead: ({ id }) => id.slice(0, 100),
  },
  'party.remembers-audience': {
    does: 'remembers for whom a token was instead of which it was',
    breaks: 'party.rejects-replay',
    policy: 'remembers',
    instead: ({ audiences }) => audiences.flat().join(' '),
  },

  'party.ignores-new-certificates': {
    does: 'trusts the certificates that it was set up with for ever',
    breaks: 'party.learns-new-certificate',
    policy: 'trusts',
    instead: (_, before) => before,
  },
  'party.keeps-old-certificates': {
    does: 'trusts every certificate that was ever listed',
    breaks: 'party.learns-new-certificate',
    policy: 'trusts',
    instead: (listed, before) => [...listed, ...before],
  },
  'party.keeps-certificates-of-three': {
    does: 'takes none away where three certificates were listed',
    breaks: 'party.learns-new-certificate',
    policy: 'trusts',
    instead: (listed, before) => (before.length >= 3 && listed.length < 3 ? [...listed, ...before] : listed),
  },
  'party.trusts-first-certificate': {
    does: 'verifies by the first certificate of the metadata alone',
    breaks: 'party.learns-new-certificate',
    policy: 'verifiesBy',
    instead: (trusted) => trusted.slice(0, 1),
  },
  'party.trusts-first-two-certificates': {
    does: 'verifies by the first two certificates of the metadata alone',
    breaks: 'party.learns-new-certificate',
    policy: 'verifiesBy',
    instead: (trusted) => trusted.slice(0, 2),
  },
} as const satisfies PartyFaults
