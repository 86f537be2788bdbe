import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { eachKind, needing } from './needs.ts'
import { elementsOfResult } from './raw-token.ts'
import type { People } from './request.ts'
import {
  metadataOf,
  partiesOf,
  peopleOf,
  responseComes,
  seenBy,
  signIn,
  signedIn,
  trustOf,
  validSignIn,
} from './request.ts'

/** What is published is well-formed and complete. */
export const metadataPublished: Check = {
  id: 'metadata.published.document',
  title: 'federation metadata is served, with what a party needs of it',
  sends: 'a GET of the federation metadata',
  owes: 'a document with a security token service role, a passive endpoint and a signing certificate',
  clauses: ['metadata.published'],
  needs: needing(),
  kills: ['broker.publishes-nothing', 'broker.omits-passive-endpoint'],
  async control(context) {
    await metadataOf(context)
  },
  async run(context) {
    await context.each(['securityTokenService'], async () => {
      const { securityTokenService: role } = await metadataOf(context)
      const lacks = (what: string) =>
        new Violation('incomplete', {
          expected: 'a role, a passive endpoint and a signing certificate',
          actual: `no ${what}`,
        })
      if (role === undefined) throw lacks('security token service role')
      if (role.passiveEndpoints.length === 0) throw lacks('passive endpoint')
      if (role.certificates.length === 0) throw lacks('signing certificate')
    })
  },
}

/** A party that knows nothing but the metadata. */
export const configuresParty: Check = {
  id: 'metadata.configures-party.sign-in',
  title: 'a party that is set up from the federation metadata alone signs a user in',
  sends: 'a valid sign-in request to the passive endpoint that the metadata names',
  owes: 'a response that verifies with the issuer and the certificates of the metadata',
  clauses: ['metadata.configures-party'],
  needs: needing(),
  kills: ['broker.misnames-itself'],
  control: responseComes,
  async run(context) {
    const metadata = await metadataOf(context)
    const { party, user } = peopleOf(context)
    const { passiveEndpoints = [] } = metadata.securityTokenService ?? {}
    await context.each([...passiveEndpoints.keys()], async (index) => {
      const endpoint = passiveEndpoints[index] ?? ''
      if (!URL.canParse(endpoint)) throw new Violation('endpoint', { expected: 'an absolute URL', actual: endpoint })
      const { origin, pathname } = new URL(endpoint)
      if (origin !== context.at.target) {
        throw new Inconclusive('unreadable', `the passive endpoint ${endpoint} is at another origin than the target's`)
      }
      const at = { ...context, at: { ...context.at, paths: { ...context.at.paths, signIn: pathname } } }
      seenBy(party, trustOf(context, metadata), await signIn(at, validSignIn(context, party), user), [
        'no-response',
        'wrong-issuer',
        'unsigned',
        'foreign-key',
      ])
    })
  },
}

/** The published certificates sign, and no other. */
export const metadataVerifies: Check = {
  id: 'metadata.verifies-tokens.published-key',
  title: 'every token verifies with a certificate that the metadata publishes',
  sends: 'a valid sign-in at each party',
  owes: 'a signature that a published certificate verifies',
  clauses: ['metadata.verifies-tokens'],
  needs: needing(eachKind),
  kills: ['broker.omits-signature'],
  control: responseComes,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    await context.each(
      partiesOf(context),
      async (people) => void (await signedIn(context, people, trust, ['unsigned', 'foreign-key', 'altered'])),
    )
  },
}

const weak = /sha1|md5/i

/** SHA-1 is reported, and no more. */
export const strongSignatures: Check = {
  id: 'metadata.verifies-tokens.sha256',
  title: 'no token is signed with SHA-1',
  sends: 'valid sign-ins at each party, of users of short names and long ones',
  owes: 'a signature and digests of SHA-256 or better (XML Signature 1.1 section 6.2 discourages SHA-1)',
  clauses: ['metadata.verifies-tokens'],
  weaker: 'practice',
  needs: needing(eachKind),
  kills: ['broker.signs-with-sha1', 'broker.signs-long-tokens-with-sha1'],
  control: responseComes,
  async run(context) {
    const attempt = async ({ party, user }: People) => {
      for (const { local, attributes } of elementsOfResult(await signIn(context, validSignIn(context, party), user))) {
        const algorithm = attributes.find((one) => one.local === 'Algorithm')?.value ?? ''
        if (!['SignatureMethod', 'DigestMethod'].includes(local) || !weak.test(algorithm)) continue
        throw new Violation('weak', { expected: 'SHA-256 or better', actual: `${local} ${algorithm}` })
      }
    }
    await context.each(partiesOf(context), attempt)
    if (!context.dialect.upstream) return
    const lengths = fc.integer({ min: 1, max: 6_000 })
    for (const people of partiesOf(context)) {
      const label = `${people.tenant.upstream}-${people.party.tokenVersion}`
      await context.forEvery(label, lengths, Math.ceil(context.runs / 10), async (length) => {
        context.asserts(people.user, { displayName: 'a'.repeat(length) })
        await attempt(people)
      })
    }
  },
}
