import { honestParty, isOwnPath, wantedIn } from '../relying-party/policies.ts'
import type { PartyFaults } from './party-fault.ts'

/** Faults in whom a party sends to the broker, in what it asks, and in where it sends them afterwards. */
export const partyLoopFaults = {
  'party.shows-protected-page': {
    does: 'shows a protected page to everybody',
    breaks: 'party.starts-loop',
    policy: 'protects',
    instead: () => false,
  },
  'party.protects-every-page': {
    does: 'sends the visitors of open pages to the broker too',
    breaks: 'party.starts-loop',
    policy: 'protects',
    instead: ({ path }) => path !== '/whoami' && path !== '/second/whoami',
  },
  'party.opens-pages-by-query': {
    does: 'shows a protected page to whoever puts debug into its query',
    breaks: 'party.starts-loop',
    policy: 'protects',
    instead: (visit, party) => !visit.query.includes('debug') && honestParty.protects(visit, party),
  },
  'party.omits-realm': {
    does: 'does not say to the broker who asks',
    breaks: 'party.starts-loop',
    policy: 'asks',
    instead: (visit, party) => {
      const { realm: _, ...asked } = honestParty.asks(visit, party)
      return asked
    },
  },
  'party.asks-for-another-reply': {
    does: 'asks the broker to answer to the protected page, which is no registered reply',
    breaks: 'party.starts-loop',
    policy: 'asks',
    instead: (visit, party) => ({
      ...honestParty.asks(visit, party),
      reply: party.reply.replace(/[^/]*\/$/, 'private'),
    }),
  },
  'party.takes-reply-from-query': {
    does: 'asks the broker to answer to whatever wreply is in the query of the page',
    breaks: 'party.starts-loop',
    policy: 'asks',
    instead: (visit, party) => ({
      ...honestParty.asks(visit, party),
      reply: new URLSearchParams(visit.query).get('wreply') ?? party.reply,
    }),
  },
  'party.omits-context': {
    does: 'forgets where its visitor wanted to go',
    breaks: 'party.accepts-valid',
    policy: 'asks',
    instead: (visit, party) => {
      const { context: _, ...asked } = honestParty.asks(visit, party)
      return asked
    },
  },
  'party.returns-to-page-alone': {
    does: 'keeps the path of the page that was asked for, and not its query',
    breaks: 'party.accepts-valid',
    policy: 'asks',
    instead: (visit, party) => honestParty.asks({ ...visit, query: '' }, party),
  },
  'party.cuts-long-pages': {
    does: 'keeps no more than the beginning of a long page',
    breaks: 'party.accepts-valid',
    policy: 'asks',
    instead: (visit, party) => honestParty.asks({ ...visit, query: visit.query.slice(0, 80) }, party),
  },
  'party.decodes-page-twice': {
    does: 'decodes the page that was asked for once more on the way back',
    breaks: 'party.accepts-valid',
    policy: 'returnsTo',
    instead: (context, party, origin) => {
      const page = honestParty.returnsTo(context, party, origin)
      try {
        return encodeURI(decodeURIComponent(page))
      } catch {
        return page
      }
    },
  },
  'party.redirects-to-context': {
    does: 'sends its visitor wherever the context says',
    breaks: 'party.accepts-valid',
    policy: 'returnsTo',
    instead: (context, { page }) => wantedIn(context) ?? (context === undefined || context === '' ? page : context),
  },
  'party.redirects-to-any-slash': {
    does: 'sends its visitor to whatever begins with a slash',
    breaks: 'party.accepts-valid',
    policy: 'returnsTo',
    instead: (context, { page }) => {
      const wanted = wantedIn(context)
      return wanted?.startsWith('/') ? wanted : page
    },
  },
  'party.redirects-past-backslashes': {
    does: 'takes a backslash after the first slash for a part of the path',
    breaks: 'party.accepts-valid',
    policy: 'returnsTo',
    instead: (context, { page }, origin) => {
      const wanted = wantedIn(context)
      return wanted !== undefined && isOwnPath(wanted.replaceAll('\\', 'x'), origin) ? wanted : page
    },
  },
} as const satisfies PartyFaults
