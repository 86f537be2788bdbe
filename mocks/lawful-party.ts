import { randomUUID } from 'node:crypto'
import type { Wire, WireResponse } from '../protocols/wire.ts'
import { headerOf, textResponse } from '../protocols/wire.ts'
import { overlooking, signInAnswerFaults } from './faults/sign-in-answer.ts'
import { verifyToken } from '../protocols/saml/verify-token.ts'
import { escapeHtml, page } from './html.ts'
import type { PartyPolicies, Session } from './relying-party/policies.ts'
import { honestParty } from './relying-party/policies.ts'

/**
 * A relying party that fills a gap of the sources differently, and is not wrong: policies of its own, made anew for each, or something
 * around the honest one. `advised` are the checks by which a reviewer is told of it, and no more.
 */
export type LawfulParty = {
  does: string
  policies?: () => Partial<PartyPolicies>
  around?: (party: Wire) => Wire
  advised?: readonly string[]
}

const hour = 3_600_000
const html: [string, string] = ['content-type', 'text/html; charset=utf-8']

/** A party whose answers are changed on their way out. */
const answering =
  (change: (response: WireResponse) => WireResponse) =>
  (party: Wire): Wire =>
  async (request, signal) =>
    change(await party(request, signal))

/** A party that refuses in its own way. */
const refusing = (instead: () => WireResponse) =>
  answering((response) => (response.status === 403 || response.status === 400 ? instead() : response))

/** A party that moves its visitors on by something else than a redirect. */
const moving = (by: (to: string) => string) =>
  answering((response) => {
    const to = headerOf(response.headers, 'location')
    if (to === undefined) return response
    const cookies = response.headers.filter(([name]) => name === 'set-cookie')
    return textResponse(200, page('One moment', by(to)), [html, ...cookies])
  })

/** Sessions that end after half an hour of idleness; whoever comes back stays. */
const idle = (): Partial<PartyPolicies> => {
  type Idle = Session & { idle?: number }
  return {
    renews: (session, now) => ({ ...session, idle: now + hour / 2 }) as Session,
    isOver: (session: Idle, now) => session.until <= now || (session.idle ?? Infinity) <= now,
  }
}

/** Sessions that are as long again once half of them is over, as WIF can be set to. */
const sliding = (): Partial<PartyPolicies> => {
  type Sliding = Session & { span?: number }
  return {
    renews(session: Sliding, now) {
      const span = session.span ?? session.until - now
      const renewed: Sliding = { ...session, span, ...(session.until - now < span / 2 && { until: now + span }) }
      return renewed
    },
  }
}

/** Sessions that are kept on the server; the cookie names them. */
const onServer = (): Partial<PartyPolicies> => {
  const kept = new Map<string, string>()
  return {
    box: {
      shut(text, purpose) {
        const id = randomUUID()
        kept.set(`${purpose} ${id}`, text)
        return [id]
      },
      open: (values, purpose) => kept.get(`${purpose} ${values.join('')}`),
    },
  }
}

/** Pages that are remembered on the server; the context names them. */
const opaque = (): Partial<PartyPolicies> => {
  const asked = new Map<string, string>()
  return {
    asks(visit, party) {
      const context = randomUUID()
      asked.set(context, visit.query === '' ? visit.path : `${visit.path}?${visit.query}`)
      return { ...honestParty.asks(visit, party), context }
    },
    returnsTo: (context = '', { page: start }) => asked.get(context) ?? start,
  }
}

/** Lawful ways of a relying party, where the sources leave a gap. */
export const lawfulParties = {
  'refuses-with-200': {
    does: 'refuses a token with a page of status 200',
    around: refusing(() => textResponse(200, page('Error', '<p>No.</p>'), [html])),
  },
  'refuses-with-500': {
    does: 'refuses a token with a page of status 500',
    around: refusing(() => textResponse(500, page('Error', '<p>No.</p>'), [html])),
  },
  'refuses-by-redirect': {
    does: 'refuses a token by a redirect to its open page',
    around: refusing(() => textResponse(302, '', [['location', '/?error=1']])),
  },
  'moves-on-by-refresh': {
    does: 'moves its visitors on by a page that refreshes itself',
    around: moving((to) => `<meta http-equiv="refresh" content="0;url=${escapeHtml(to)}">`),
  },
  'answers-with-303': {
    does: 'redirects with 303',
    around: answering((response) => (response.status === 302 ? { ...response, status: 303 } : response)),
  },
  'allows-ten-minutes': {
    does: 'takes clocks for right that differ by ten minutes',
    policies: () => ({ believes: (text, expected) => verifyToken(text, { ...expected, skew: 600 }) }),
  },
  'allows-no-difference': {
    does: 'wants clocks that do not differ at all',
    policies: () => ({ believes: (text, expected) => verifyToken(text, { ...expected, skew: 0 }) }),
  },
  'omits-reply': {
    does: 'leaves it to the broker where it answers',
    policies: () => ({
      asks(visit, party) {
        const { reply: _, ...asked } = honestParty.asks(visit, party)
        return asked
      },
    }),
  },
  'opaque-context': { does: 'remembers pages itself and sends a context that only it understands', policies: opaque },
  'session-on-server': { does: 'keeps sessions itself and sets a cookie that only names them', policies: onServer },
  'ends-idle-sessions': { does: 'ends a session after half an hour of idleness', policies: idle },
  'cookie-with-age': {
    does: 'sets cookies that end with their sessions',
    policies: () => ({ marks: (index) => [...honestParty.marks(index), `Max-Age=${8 * 3_600}`] }),
  },
  'cookie-without-same-site': {
    does: 'sets cookies that say nothing of SameSite',
    policies: () => ({ marks: (index) => honestParty.marks(index).filter((mark) => !mark.startsWith('SameSite')) }),
  },
  'tells-more': {
    does: 'tells its application claims of its own beside those that were signed',
    policies: () => ({
      tells(assertion) {
        const { name, claims } = honestParty.tells(assertion)
        return { name, claims: [...claims, { type: 'urn:party/issuer', values: [assertion.issuer] }] }
      },
    }),
  },
  'slides-sessions': {
    does: 'begins the life of a session anew when its visitor comes back in the second half of it',
    policies: sliding,
    advised: ['party.session-8-hours.absolute'],
  },
  'keeps-no-record': {
    does: 'keeps no record of the tokens that it has taken',
    policies: () => ({ isFresh: () => true }),
    advised: ['party.rejects-replay.other-browser'],
  },
  'knows-keys-alone': {
    does: 'looks at the key of a token and not at the name of its issuer',
    policies: () => ({ believes: overlooking('wrong-issuer') }),
    advised: ['party.rejects-foreign-issuer.other-name'],
  },
  'believes-sha1': {
    does: 'believes a signature with SHA-1',
    policies: () => ({ believes: signInAnswerFaults['broker.believes-sha1'].instead }),
    advised: ['party.rejects-foreign-key.sha1'],
  },
  'knows-one-form': {
    does: 'takes a response of WS-Trust February 2005 alone',
    policies: () => ({
      believes: (text, expected) =>
        text.includes('ws-sx/ws-trust/200512')
          ? { is: 'refused', reason: 'malformed', detail: 'another edition' }
          : verifyToken(text, expected),
    }),
    advised: ['party.token-types.response-forms'],
  },
} as const satisfies Record<string, LawfulParty>

export type LawfulPartyId = keyof typeof lawfulParties
