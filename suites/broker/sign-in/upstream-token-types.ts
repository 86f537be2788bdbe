import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { HostileModeId } from '../../../mocks/hostile-modes.ts'
import { describe } from '../authorize/request.ts'
import { answeredOver, buysNothing } from './bad-answer.ts'
import type { People } from './request.ts'
import {
  metadataOf,
  names,
  partiesOf,
  partiesSignInOver,
  responseIn,
  seenBy,
  signIn,
  trustOf,
  validSignIn,
} from './request.ts'

const clauses = ['sign-in.upstream-token-types'] as const
const needs = { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' } as const
const upstream: Check['applies'] = (dialect) => (dialect.upstream ? undefined : 'dialect.upstream')

/** How the mock is brought to answer in each version; SAML 2.0 is what it sends by itself. */
const versions: Record<string, readonly HostileModeId[]> = { '1.1': ['idp.answers-in-saml11'], '2.0': [] }

const overFederation = (context: Context): People[] => partiesOf(context, 'wsfed')

const answeredIn = (context: Context, version: string, { party, user }: People) => {
  context.hostile(...(versions[version] ?? []))
  return signIn(context, validSignIn(context, party), user)
}

/** SAML 1.1 and 2.0 are both understood. */
export const bothVersions: Check = {
  id: 'sign-in.upstream-token-types.both-versions',
  title: 'an assertion from upstream is understood in SAML 1.1 and in SAML 2.0',
  sends: 'valid sign-in requests whose identity provider answers in SAML 1.1, and in SAML 2.0',
  owes: 'a response in which the party sees the user, for either',
  clauses,
  applies: upstream,
  needs,
  kills: ['broker.refuses-saml11', 'broker.refuses-saml20'],
  async control(context) {
    for (const people of overFederation(context)) {
      const said: string[] = []
      for (const version of Object.keys(versions)) {
        const asked = await answeredIn(context, version, people)
        if (responseIn(asked.outcome)) return context.hostile()
        said.push(describe(asked))
      }
      throw new Inconclusive('control', `a sign-in works in neither version: ${said.join(', ')}`)
    }
  },
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const cases = overFederation(context).flatMap((people) =>
      Object.keys(versions).map((version) => ({ people, version })),
    )
    await context.each(cases, async ({ people, version }) => {
      const asked = await answeredIn(context, version, people)
      const { assertion } = seenBy(people.party, trust, asked, ['no-response'])
      if (names(assertion, people.user)) return
      throw new Violation('subject', {
        expected: `${people.user.name} out of an assertion in SAML ${version}`,
        actual: assertion.nameId?.value ?? 'nobody',
      })
    })
  },
}

/** What is no token response. */
export const otherTypes: Check = {
  id: 'sign-in.upstream-token-types.other-types',
  title: 'a SAML protocol response, a JWT and a SOAP fault are no wresult',
  sends:
    'valid sign-in requests whose identity provider answers with a SAML protocol response around a rightly signed assertion, with a JWT that it signed, and with a SOAP fault',
  owes: 'a refusal; no response for the party',
  clauses,
  attacks: ['WSF-31'],
  applies: upstream,
  needs,
  kills: ['broker.takes-saml-responses', 'broker.takes-jwt-for-assertion'],
  control: (context) => partiesSignInOver(context, 'wsfed'),
  async run(context) {
    const modes = ['idp.sends-saml-response', 'idp.sends-jwt-as-result', 'idp.sends-fault'] as const
    const cases = overFederation(context).flatMap((people) => modes.map((mode) => ({ people, mode })))
    await context.each(cases, async ({ people, mode }) => {
      context.hostile(mode)
      const asked = await signIn(context, validSignIn(context, people.party), people.user)
      answeredOver(asked, 'wsfed')
      buysNothing(context, asked, people, mode)
    })
  },
}
