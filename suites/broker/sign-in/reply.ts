import * as fc from 'fast-check'
import { nearMissesOf, nearMissKinds } from '../../../fixtures/near-miss/near-miss.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { Asked } from '../authorize/request.ts'
import { describe, sentTo } from '../authorize/request.ts'
import { comesToNothing } from './refusals.ts'
import {
  metadataOf,
  partiesOf,
  partiesSignIn,
  peopleOf,
  responseComes,
  responseIn,
  seenBy,
  signIn,
  signedIn,
  trustOf,
  validSignIn,
} from './request.ts'

const both = { ...single, tenants: 2, partiesPerTenant: 2 }

/** The result goes where the party is registered. */
export const registeredReply: Check = {
  id: 'sign-in.posts-to-registered-reply.each-party',
  title: 'the result of a sign-in is posted to the registered URL of the party that asked',
  sends: 'a valid sign-in at each party of two tenants, with its wreply and without',
  owes: 'a form that submits itself to exactly the registered URL',
  clauses: ['sign-in.posts-to-registered-reply'],
  needs: { capabilities: ['speaks:metadata'], shape: both, scope: 'slice' },
  kills: ['broker.posts-to-root', 'broker.passes-reply-on', 'broker.passes-reply-on-by-openid'],
  control: responseComes,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const cases = partiesOf(context).flatMap((people) => [
      { people, more: {} },
      { people, more: { reply: people.party.reply } },
    ])
    await context.each(cases, async ({ people: { party, user }, more }) => {
      seenBy(party, trust, await signIn(context, { ...validSignIn(context, party), ...more }, user), [
        'not-here',
        'no-response',
      ])
    })
  },
}

/** Nothing reaches a reply that is not on the party's list. */
export const unregisteredReply: Check = {
  id: 'sign-in.unregistered-reply.near-miss',
  title: 'nothing ever reaches a wreply that is not registered for the party',
  sends: "sign-in requests whose wreply is a stranger's, another party's, or almost the registered one",
  owes: 'an error at the broker, or the response at the registered URL; nothing elsewhere',
  clauses: ['sign-in.unregistered-reply'],
  attacks: ['WSF-02'],
  needs: { capabilities: ['speaks:metadata'], shape: both, scope: 'slice' },
  kills: [
    'broker.takes-reply-by-prefix',
    'broker.ignores-query-of-reply',
    'broker.takes-any-reply',
    'broker.takes-reply-by-host',
  ],
  control: partiesSignIn,
  async run(context) {
    const { party, user } = peopleOf(context)
    const attempt = async (reply: string | readonly string[]) => {
      const asked = await signIn(context, { ...validSignIn(context, party), reply }, user)
      staysHome(context, asked, party.reply, JSON.stringify(reply))
    }
    const others = partiesOf(context).flatMap((one) => (one.party === party ? [] : [one.party.reply]))
    const foreign = `stranger-${context.slice.tag}.test`
    await context.each([`https://${foreign}/`, ...others], attempt)
    const kinds = nearMissKinds.filter(({ leads }) => leads === 'elsewhere')
    for (const [index, kind] of kinds.entries()) {
      const misses = nearMissesOf(kind, party.reply, foreign)
      const share = Math.floor((Math.ceil(context.runs / 2) + index) / kinds.length)
      if (misses) await context.forEvery(kind.name, misses, share, ({ given }) => attempt(given))
    }
  },
}

/** Where a user was sent must be the registered reply, if anywhere. */
const staysHome = (context: Context, asked: Asked, registered: string, what: string) => {
  const sent = sentTo(asked)
  if (sent === undefined || sent.url === registered) return
  const expected = `wreply ${what} refused, or the response at ${registered}`
  if (!context.dialect.documented && !responseIn(asked.outcome) && comesToNothing(context, asked, expected)) return
  throw new Violation(responseIn(asked.outcome) ? 'posted-elsewhere' : 'sent-elsewhere', {
    expected,
    actual: describe(asked),
  })
}

/** Text of many scripts; the C1 controls are left out, which HTML cannot carry as references. */
const visible = fc
  .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xd7ff }))
  .map((code) => String.fromCharCode(code))
const contextsUpTo = (bytes: number): Record<string, fc.Arbitrary<string>> => ({
  text: fc.string({ unit: visible, minLength: 1, maxLength: Math.max(1, Math.min(64, Math.floor(bytes / 3))) }),
  long: fc.string({ unit: fc.constantFrom(...'abcdef0123456789'), minLength: Math.floor(bytes / 2), maxLength: bytes }),
  markup: fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '&amp;', '&#39;', ']]>', '%3C', 'a'),
    minLength: 1,
    maxLength: 12,
  }),
  query: fc.string({
    unit: fc.constantFrom('&', '=', '#', '+', ' ', '%', '%20', ';', '?', '|'),
    minLength: 1,
    maxLength: 12,
  }),
  structured: fc.tuple(fc.uuid(), fc.nat(99)).map(([id, number]) => `rm=${number}&id=${id}&ru=%2fsites%2fa`),
})

/** The context of the party, whatever is in it. */
export const contextUnchanged: Check = {
  id: 'sign-in.keeps-context.any-text',
  title: 'wctx comes back exactly as it was sent',
  sends:
    'valid sign-in requests with a wctx of markup, delimiters, percent signs, text of many scripts, long …, and without one',
  owes: 'the same wctx beside the response, once; none where none was sent',
  clauses: ['sign-in.keeps-context'],
  needs: { capabilities: ['speaks:metadata'], shape: single, scope: 'slice' },
  kills: ['broker.omits-context', 'broker.truncates-context', 'broker.trims-context', 'broker.decodes-context'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const { party, user } = peopleOf(context)
    const attempt = async (given: string | undefined) => {
      const asked = await signIn(context, { realm: party.realm, ...(given !== undefined && { context: given }) }, user)
      const { context: returned } = seenBy(party, trust, asked)
      if ((returned ?? '') === (given ?? '')) return
      throw new Violation('context', {
        expected: `the wctx ${JSON.stringify(given ?? null)}, unchanged`,
        actual: JSON.stringify(returned ?? null),
      })
    }
    await context.each([undefined, 'rm=0&id=passive&ru=%2f'], attempt)
    const forms = Object.entries(contextsUpTo(context.profile.stateBytes))
    for (const [index, [name, texts]] of forms.entries()) {
      await context.forEvery(name, texts, Math.floor((Math.ceil(context.runs / 2) + index) / forms.length), attempt)
    }
  },
}

/** A party that knows nothing but the metadata. */
export const configuresParty: Check = {
  id: 'metadata.configures-party.sign-in',
  title: 'a party that is set up from the federation metadata alone signs a user in',
  sends: 'a valid sign-in request to the passive endpoint that the metadata names',
  owes: 'a response that verifies with the issuer and the certificates of the metadata',
  clauses: ['metadata.configures-party'],
  needs: { capabilities: ['speaks:metadata'], shape: single, scope: 'slice' },
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

/** What is published is well-formed and complete. */
export const metadataPublished: Check = {
  id: 'metadata.published.document',
  title: 'federation metadata is served, with what a party needs of it',
  sends: 'a GET of the federation metadata',
  owes: 'a document with a security token service role, a passive endpoint and a signing certificate',
  clauses: ['metadata.published'],
  needs: { capabilities: ['speaks:metadata'], shape: single, scope: 'slice' },
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

/** The published certificates sign, and no other. */
export const metadataVerifies: Check = {
  id: 'metadata.verifies-tokens.published-key',
  title: 'every token verifies with a certificate that the metadata publishes',
  sends: 'a valid sign-in at each party',
  owes: 'a signature that a published certificate verifies',
  clauses: ['metadata.verifies-tokens'],
  needs: { capabilities: ['speaks:metadata'], shape: both, scope: 'slice' },
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
