import type { Party } from '../../../fixtures/world/shapes.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { valuesOf } from '../../../protocols/form.ts'
import { isOursToRefuse } from '../../../protocols/refusal.ts'
import { readResult } from '../../../protocols/ws-federation/result.ts'
import { tokenTypes } from '../../../protocols/saml/assertion.ts'
import { owedLifetime } from './owed-lifetime.ts'
import type { Asked } from '../authorize/request.ts'
import { eachKind, needing } from './needs.ts'
import { forSessionsOfAnyAge, needingTime } from './old-session.ts'
import type { Seen } from './request.ts'
import {
  metadataOf,
  partiesOf,
  partiesSignIn,
  responseComes,
  resultIn,
  seenBy,
  signIn,
  signedIn,
  trustOf,
  validSignIn,
} from './request.ts'

const needs = needing(eachKind)
const tolerance = 10 * 60_000
const hour = 3_600_000

/** The token is the broker's own, for the party alone. */
export const ownToken: Check = {
  id: 'sign-in.reissues.own-token',
  title: 'the token that a party receives is a new one of the broker',
  sends: 'a valid sign-in at each party, over each kind of upstream',
  owes: "an assertion with an id of its own, issued and signed by the broker, never the identity provider's assertion",
  clauses: ['sign-in.reissues'],
  needs,
  kills: ['broker.omits-signature', 'broker.numbers-tokens-by-nothing', 'broker.reuses-upstream-id'],
  control: responseComes,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const ids = new Set<string>()
    await context.each(partiesOf(context), async ({ party, user }) => {
      const asked = await signIn(context, validSignIn(context, party), user)
      const { assertion } = seenBy(party, trust, asked, ['unsigned', 'foreign-key', 'wrong-issuer'])
      const upstream = asked.journey.flatMap((hop) => {
        const next = nextOf(hop)
        if (hop.to !== 'idp' || next.is !== 'form-post') return []
        return valuesOf(next.form.fields, 'wresult').flatMap((text) => {
          const read = readResult(text)
          return read.is === 'response' ? [text] : []
        })
      })
      const expected = 'an assertion of the broker with an id of its own'
      if (ids.has(assertion.id)) throw new Violation('same-id', { expected, actual: `the id ${assertion.id} twice` })
      ids.add(assertion.id)
      if (upstream.some((text) => text.includes(assertion.id))) {
        throw new Violation('passed-on', { expected, actual: "the identity provider's own" })
      }
    })
  },
}

/** Judges that a token which its party accepts is for that party alone. */
export const hasOneAudience = ({ realm }: Party, { assertion: { audiences } }: Seen): void => {
  if (audiences.length === 1 && audiences[0]?.length === 1) return
  throw new Violation('audiences', {
    expected: `${realm} as the one audience`,
    actual: audiences.flat().join(' and ') || 'none',
    clause: 'sign-in.audience',
  })
}

/** One audience: the realm that asked. */
export const oneAudience: Check = {
  id: 'sign-in.audience.own-realm',
  title: 'a token is for the realm that asked, and for no other',
  sends: 'a valid sign-in at each party',
  owes: 'exactly one audience, equal to the wtrealm of the request',
  clauses: ['sign-in.audience'],
  needs,
  kills: ['broker.omits-audience', 'broker.omits-slash-of-audience', 'broker.names-itself-as-audience'],
  control: responseComes,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    await context.each(partiesOf(context), async (people) => {
      hasOneAudience(people.party, await signedIn(context, people, trust, ['no-audience', 'wrong-audience']))
    })
  },
}

/** Judges how long a token and the response around it live. */
export const livesAsDeclared = (context: Context, asked: Asked, { assertion }: Seen): void => {
  const read = readResult(resultIn(asked))
  const declared = read.is === 'response' ? read.response.lifetime : undefined
  const token = (assertion.notOnOrAfter ?? Infinity) - assertion.issuedAt
  const owed = owedLifetime(context, token)
  const lives = { token, ...(declared && { response: declared.expires - assertion.issuedAt }) }
  for (const [what, ms] of Object.entries(lives)) {
    if (Math.abs(ms - owed) <= tolerance) continue
    throw new Violation(`${what}-lifetime`, {
      expected: `a ${what} that ends ${owed / hour} hours after its issue`,
      actual: `${(ms / hour).toFixed(2)} hours`,
    })
  }
}

/** Eight hours. */
export const eightHours: Check = {
  id: 'sign-in.lifetime.eight-hours',
  title: 'a token lives as long as the profile says, 8 hours unless told',
  sends: 'a valid sign-in at each party',
  owes: 'an end 8 hours after the issue, and a lifetime of the response that agrees, give or take ten minutes',
  clauses: ['sign-in.lifetime'],
  needs,
  kills: ['broker.issues-for-an-hour', 'broker.issues-for-a-day', 'broker.declares-an-hour'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    await context.each(partiesOf(context), async ({ party, user }) => {
      const asked = await signIn(context, validSignIn(context, party), user)
      livesAsDeclared(context, asked, seenBy(party, trust, asked))
    })
  },
}

/** Eight hours from the issue, however old the session is. */
export const oldSessionEightHours: Check = {
  id: 'sign-in.lifetime.old-session',
  title: 'a token that an old session gives lives as long as any other',
  sends: 'a sign-in at a second party in the same browser, minutes or hours after the first',
  owes: 'an end 8 hours after the issue, as the profile says, not after the beginning of the session',
  clauses: ['sign-in.lifetime'],
  needs: needingTime,
  kills: ['broker.counts-from-session', 'broker.declares-lifetime-of-session'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    await forSessionsOfAnyAge(context, ({ people, asked }) =>
      livesAsDeclared(context, asked, seenBy(people.party, trust, asked)),
    )
  },
}

/** Judges the version of the token in a result, and what the result says of it. */
export const hasRegisteredVersion = ({ dialect }: Context, { tokenVersion }: Party, asked: Asked): void => {
  const clause = 'sign-in.token-type'
  const read = readResult(resultIn(asked))
  const expected = `a SAML ${tokenVersion} assertion`
  if (read.is === 'refused' && isOursToRefuse(read)) {
    throw new Inconclusive('unreadable', `the result is not read here: ${read.detail}`)
  }
  if (read.is !== 'response') {
    throw new Violation('no-token', { expected, actual: read.is === 'fault' ? 'a fault' : read.detail, clause })
  }
  const { tokenType } = read.response
  const inside = read.token.namespace.includes('2.0') ? '2.0' : '1.1'
  if (inside !== tokenVersion && !dialect.documented) {
    throw new Inconclusive('unreadable', `SAML ${inside} instead of ${expected}: give the profile its tokenVersions`)
  }
  if (inside !== tokenVersion) throw new Violation('version', { expected, actual: `SAML ${inside}`, clause })
  if (tokenType === undefined || tokenType.includes(tokenTypes[inside]) || tokenType.includes(`SAMLV${inside}`)) return
  throw new Violation('declared-type', {
    expected: `a declared type that says SAML ${inside}`,
    actual: tokenType,
    clause,
  })
}

/** The version that the party is registered for. */
export const registeredVersion: Check = {
  id: 'sign-in.token-type.registered-version',
  title: 'a party gets the version of SAML that it is registered for, and is told so',
  sends: 'a valid sign-in at parties registered for SAML 1.1 and 2.0',
  owes: 'an assertion of that version; a token type that is declared agrees with it',
  clauses: ['sign-in.token-type'],
  weaker: 'reading',
  needs,
  kills: ['broker.issues-saml20-only', 'broker.issues-saml20-out-of-openid', 'broker.declares-saml11'],
  control: responseComes,
  async run(context) {
    await context.each(partiesOf(context), async ({ party, user }) => {
      const asked = await signIn(context, validSignIn(context, party), user)
      hasRegisteredVersion(context, party, asked)
    })
  },
}
