import * as fc from 'fast-check'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Metadata } from '../../../protocols/metadata/metadata.ts'
import { readMetadata } from '../../../protocols/metadata/read-metadata.ts'
import { isOursToRefuse } from '../../../protocols/refusal.ts'
import { eachKind, needing } from './needs.ts'
import { elementsOfResult } from './raw-token.ts'
import type { People } from './request.ts'
import {
  keyIn,
  metadataOf,
  partiesOf,
  peopleOf,
  responseComes,
  seenBy,
  signIn,
  signedIn,
  speaks,
  trustOf,
  validSignIn,
} from './request.ts'

/** Reads what is published, and accuses of what is no metadata. */
const published = async (context: Context): Promise<Metadata> => {
  const { request, read } = speaks(context, 'metadata')
  const outcome = read(await context.browser().go(request({}, context.at)))
  const expected = 'a document of federation metadata'
  if (outcome.is === 'unreadable') throw new Inconclusive('unreadable', outcome.why)
  if (outcome.is !== 'document') throw new Violation('not-published', { expected, actual: `a ${outcome.is}` })
  const found = readMetadata(outcome.text)
  if (found.is === 'metadata') return found.metadata
  if (isOursToRefuse(found)) throw new Inconclusive('unreadable', `the metadata is not read here: ${found.detail}`)
  throw new Violation('malformed', { expected, actual: found.detail })
}

/** What is published is well-formed and complete. */
export const metadataPublished: Check = {
  id: 'metadata.published.document',
  title: 'federation metadata is served, with what a party needs of it',
  sends: 'a GET of the federation metadata',
  owes: 'a document with a security token service role, a passive endpoint and signing certificates that can be read',
  clauses: ['metadata.published'],
  needs: needing({}, 'speaks:signIn'),
  kills: ['broker.publishes-nothing', 'broker.omits-passive-endpoint', 'broker.publishes-what-is-no-certificate'],
  control: responseComes,
  async run(context) {
    await context.each(['securityTokenService'], async () => {
      const { securityTokenService: role } = await published(context)
      const lacks = (what: string) =>
        new Violation('incomplete', {
          expected: 'a role, a passive endpoint and signing certificates',
          actual: `no ${what}`,
        })
      if (role === undefined) throw lacks('security token service role')
      if (role.passiveEndpoints.length === 0) throw lacks('passive endpoint')
      if (role.certificates.length === 0) throw lacks('signing certificate')
      if (role.certificates.some((one) => keyIn(one) === undefined)) throw lacks('certificate that can be read')
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
    if (passiveEndpoints.length === 0) throw new Inconclusive('unreadable', 'the metadata names no passive endpoint')
    await context.each([...passiveEndpoints.keys()], async (index) => {
      const endpoint = passiveEndpoints[index] ?? ''
      if (!URL.canParse(endpoint)) throw new Violation('endpoint', { expected: 'an absolute URL', actual: endpoint })
      const { origin, pathname, search } = new URL(endpoint)
      if (search !== '') throw new Inconclusive('unreadable', `the passive endpoint ${endpoint} has a query of its own`)
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
