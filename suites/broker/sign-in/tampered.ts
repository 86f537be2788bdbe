import * as fc from 'fast-check'
import { tamperings } from '../../../fixtures/tampering/index.ts'
import type { Tampering } from '../../../fixtures/tampering/tampering.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { answeredOver, buysNothing, neverForged } from './bad-answer.ts'
import { metadataOf, partiesOf, partiesSignInOver, signIn, trustOf, validSignIn } from './request.ts'

const upstream: Check['applies'] = (dialect) => (dialect.upstream ? undefined : 'dialect.upstream')
const needs = {
  capabilities: ['wsfed-upstream', 'speaks:metadata'],
  shape: { ...single, tenants: 2 },
  scope: 'slice',
} as const
const versions = fc.constantFrom<readonly HostileModeId[]>(['idp.answers-in-saml11'], [])

/** Holds every one of them against the target; the runs are dealt out evenly, and each is tried. */
const against = async (context: Context, all: readonly Tampering[], runs: number): Promise<void> => {
  const [people] = partiesOf(context, 'wsfed')
  if (people === undefined) throw new TypeError('no tenant of the slice signs in over WS-Federation')
  const trust = trustOf(context, await metadataOf(context))
  for (const [index, { id, owes }] of all.entries()) {
    const share = Math.max(Math.sign(runs), Math.floor((runs + index) / all.length))
    await context.forEvery(id, versions, share, async (version) => {
      context.hostile(`idp.tampers:${id}`, ...version)
      const asked = await signIn(context, validSignIn(context, people.party), people.user)
      answeredOver(asked, 'wsfed')
      if (owes === 'refusal') buysNothing(context, asked, people, id)
      else neverForged(context, asked, people, trust, id)
    })
  }
}

/** Nothing is believed that the issuer did not sign. */
export const tampered: Check = {
  id: 'sign-in.rejects-bad-upstream.tampered',
  title: 'nobody signs in as whom the identity provider has not named, however its token is tampered with',
  sends:
    'valid sign-in requests, answered with tokens in SAML 1.1 and 2.0 whose signature is stripped, forged or wrapped, refers elsewhere, or is hidden by markup',
  owes: 'a refusal; where a signed token is still in the answer, a session of exactly whom it names is safe too',
  clauses: ['sign-in.rejects-bad-upstream'],
  attacks: ['XSW-17', 'XSW-31', 'XPD-01', 'XKY-03', 'XKY-04', 'XKY-05'],
  applies: upstream,
  needs,
  kills: [
    'broker.ignores-signature',
    'broker.believes-altered',
    'broker.believes-wrapped',
    'broker.reads-last-assertion',
    'broker.trusts-bare-key',
    'broker.reads-names-up-to-comments',
  ],
  control: (context) => partiesSignInOver(context, 'wsfed'),
  run: (context) =>
    against(
      context,
      tamperings.filter(({ signed }) => !signed),
      context.runs,
    ),
}

/** Rightly signed, and none of those that have a check of their own. */
const unfitting: readonly string[] = [
  'content.no-conditions',
  'content.audience-with-slash',
  'content.two-restrictions',
  'content.sender-vouches',
  'content.wrong-version',
  'content.end-not-a-number',
  'content.end-without-zone',
]

/** What is rightly signed must also fit. */
export const unfit: Check = {
  id: 'sign-in.rejects-bad-upstream.unfit',
  title: 'a rightly signed token whose conditions do not fit is no sign-in',
  sends:
    'valid sign-in requests, answered with rightly signed tokens without conditions, for two parties at once or one of almost the same name, to be vouched for, of an unknown version, with an end that is no moment …',
  owes: 'a refusal (SAML Core 1.1 section 2.3.2, SAML Core 2.0 sections 2.4.1 and 2.5)',
  clauses: ['sign-in.rejects-bad-upstream'],
  weaker: 'practice',
  attacks: ['SAM-05', 'SAM-08', 'SAM-09', 'SAM-20'],
  applies: upstream,
  needs,
  kills: ['broker.ignores-confirmation', 'broker.ignores-slash-of-audience'],
  control: (context) => partiesSignInOver(context, 'wsfed'),
  run: (context) =>
    against(
      context,
      tamperings.filter(({ id }) => unfitting.includes(id)),
      Math.ceil(context.runs / 5),
    ),
}
