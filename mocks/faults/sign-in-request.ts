import { signInQuery } from '../../protocols/ws-federation/request.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import { eightHours } from '../broker/sign-in-terms.ts'
import type { SignInFaults } from './sign-in-fault.ts'

const decoded = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url)

/** Whether a text is like a pattern of SQL. */
const isLike = (text: string, pattern: string): boolean => {
  const any: Record<string, string> = { '%': '.*', _: '.' }
  const parts = [...pattern].map((sign) => any[sign] ?? sign.replace(/[\\^$.*+?()[\]{}|]/u, String.raw`\$&`))
  return new RegExp(`^${parts.join('')}$`, 'su').test(text)
}

/** Faults in how a sign-in request is read, served and sent on. */
export const signInRequestFaults = {
  'broker.takes-first-of-repeated-parameters': {
    does: 'takes the first of a repeated WS-Federation parameter',
    breaks: 'sign-in.malformed',
    policy: 'reads',
    instead: (parameters) =>
      honestSignIn.reads(parameters.filter(([name], at) => parameters.findIndex(([one]) => one === name) === at)),
  },
  'broker.takes-last-of-repeated-parameters': {
    does: 'takes the last of a repeated WS-Federation parameter',
    breaks: 'sign-in.malformed',
    policy: 'reads',
    instead: (parameters) =>
      honestSignIn.reads(parameters.filter(([name], at) => parameters.findLastIndex(([one]) => one === name) === at)),
  },
  'broker.overlooks-result-in-request': {
    does: 'takes a request that brings a result along for a request',
    breaks: 'sign-in.malformed',
    policy: 'reads',
    instead: (parameters) =>
      honestSignIn.reads(
        parameters.some(([name]) => name === 'wtrealm')
          ? parameters.filter(([name]) => name !== 'wresult')
          : parameters,
      ),
  },
  'broker.assumes-sign-in': {
    does: 'takes a request without wa for a sign-in',
    breaks: 'sign-in.malformed',
    policy: 'reads',
    instead: (parameters) =>
      honestSignIn.reads(
        parameters.some(([name]) => name === 'wa') ? parameters : [['wa', 'wsignin1.0'], ...parameters],
      ),
  },
  'broker.takes-actions-by-prefix': {
    does: 'takes an action that begins with that of a sign-in for one',
    breaks: 'sign-in.malformed',
    policy: 'reads',
    instead: (parameters) =>
      honestSignIn.reads(
        parameters.map(([name, value]) => [
          name,
          name === 'wa' && value.startsWith('wsignin1.0') ? 'wsignin1.0' : value,
        ]),
      ),
  },
  'broker.takes-other-actions-for-sign-in': {
    does: 'takes an action that it does not know for a sign-in',
    breaks: 'errors.row-not-ws-federation',
    policy: 'reads',
    instead: (parameters) =>
      honestSignIn.reads(
        parameters.map(([name, value]) =>
          name === 'wa' && !value.startsWith('wsign') ? [name, 'wsignin1.0'] : [name, value],
        ),
      ),
  },

  'broker.issues-for-realm-as-spelled': {
    does: 'compares realms without regard to case, and issues for the realm as it was spelled',
    breaks: 'sign-in.audience',
    policy: 'findParty',
    instead: (parties, realm) => {
      const party = parties.find((one) => one.realm.toLowerCase() === realm.toLowerCase())
      return party && { ...party, realm }
    },
  },
  'broker.takes-realm-by-prefix': {
    does: 'takes a realm that begins with a registered one',
    breaks: 'sign-in.unknown-realm',
    policy: 'findParty',
    instead: (parties, realm) => parties.find((party) => realm.startsWith(party.realm)),
  },
  'broker.answers-first-party-for-empty-realm': {
    does: 'answers a request of an empty realm for the party that was registered first',
    breaks: 'sign-in.unknown-realm',
    policy: 'findParty',
    instead: (parties, realm) => (realm === '' ? parties[0] : honestSignIn.findParty(parties, realm)),
  },
  'broker.takes-realms-as-patterns': {
    does: 'looks a realm up as a pattern in which % is any text and _ any character',
    breaks: 'sign-in.unknown-realm',
    policy: 'findParty',
    instead: (parties, realm) => parties.find((party) => isLike(party.realm, realm)),
  },
  'broker.falls-back-on-first-party': {
    does: 'serves an unknown realm as the first party',
    breaks: 'errors.row-unknown-realm',
    policy: 'findParty',
    instead: (parties, realm) => honestSignIn.findParty(parties, realm) ?? parties[0],
  },

  'broker.takes-any-reply': {
    does: 'takes any wreply',
    breaks: 'sign-in.unregistered-reply',
    policy: 'acceptsReply',
    instead: () => true,
  },
  'broker.takes-reply-by-prefix': {
    does: 'takes a wreply that begins with the registered one',
    breaks: 'sign-in.unregistered-reply',
    policy: 'acceptsReply',
    instead: (given, registered) => given.startsWith(registered),
  },
  'broker.takes-reply-by-host': {
    does: 'takes a wreply at the host of the registered one',
    breaks: 'sign-in.unregistered-reply',
    policy: 'acceptsReply',
    instead: (given, registered) => hostOf(given) === hostOf(registered),
  },
  'broker.ignores-query-of-reply': {
    does: 'compares a wreply without its query',
    breaks: 'sign-in.unregistered-reply',
    policy: 'acceptsReply',
    instead: (given, registered) => given.split('?', 1)[0] === registered.split('?', 1)[0],
  },
  'broker.ignores-case-of-reply': {
    does: 'compares a wreply without regard to case',
    breaks: 'sign-in.unregistered-reply',
    policy: 'acceptsReply',
    instead: (given, registered) => given.toLowerCase() === registered.toLowerCase(),
  },

  'broker.omits-context': {
    does: 'gives no wctx back where it holds a space',
    breaks: 'sign-in.keeps-context',
    policy: 'keepContext',
    instead: (context) => (context.includes(' ') ? '' : context),
  },
  'broker.trims-context': {
    does: 'trims white space from wctx',
    breaks: 'sign-in.keeps-context',
    policy: 'keepContext',
    instead: (context) => context.trim(),
  },
  'broker.truncates-context': {
    does: 'keeps 255 characters of wctx',
    breaks: 'sign-in.keeps-context',
    policy: 'keepContext',
    instead: (context) => context.slice(0, 255),
  },
  'broker.decodes-context': {
    does: 'percent-decodes wctx once more',
    breaks: 'sign-in.keeps-context',
    policy: 'keepContext',
    instead: decoded,
  },
  'broker.strips-markup-from-context': {
    does: 'strips what looks like markup from wctx',
    breaks: 'sign-in.keeps-context',
    policy: 'keepContext',
    instead: (context) => context.replaceAll(/<[^>]*>/g, ''),
  },

  'broker.asks-for-passwords': {
    does: 'asks for a password itself when wauth asks for one',
    breaks: 'sign-in.never-prompts',
    policy: 'prompts',
    instead: ({ authentication }) => (authentication?.endsWith('password') ? 'password' : undefined),
  },
  'broker.challenges-when-asked-anew': {
    does: 'challenges the browser for Basic credentials when a new authentication is asked for',
    breaks: 'sign-in.never-prompts',
    policy: 'prompts',
    instead: ({ freshness }) => (freshness === 0 ? 'basic' : undefined),
  },

  'broker.shares-sessions-among-tenants': {
    does: 'serves a party from a session of any tenant',
    breaks: 'realm.no-interference',
    policy: 'findSession',
    instead: (sessions, _, { freshness }, now) =>
      sessions.find(({ begun }) => freshness === undefined && now - begun < eightHours),
  },

  'broker.follows-home-realm': {
    does: 'asks at the tenant that whr names',
    breaks: 'sign-in.asks-as-itself',
    policy: 'chooseUpstream',
    instead: (tenants, party, request) => {
      const tenant = tenants.find(({ id, domain }) => [id, domain].includes(request.homeRealm ?? ''))
      return tenant ? { tenant, upstream: tenant.upstream } : honestSignIn.chooseUpstream(tenants, party, request)
    },
  },
  'broker.asks-at-first-tenant': {
    does: 'asks at the first tenant for every party',
    breaks: 'sign-in.asks-as-itself',
    policy: 'chooseUpstream',
    instead: ([tenant]) => tenant && { tenant, upstream: tenant.upstream },
  },
  'broker.speaks-federation-only': {
    does: 'never asks by OpenID Connect',
    breaks: 'sign-in.builds-oidc',
    policy: 'chooseUpstream',
    instead: (tenants, party) => {
      const tenant = tenants.find(({ id }) => id === party.tenant)
      return tenant && { tenant, upstream: 'wsfed' }
    },
  },

  'broker.asks-as-party': {
    does: 'asks upstream under the realm of the party',
    breaks: 'sign-in.asks-as-itself',
    policy: 'federationQuery',
    instead: ({ reply }, { realm }) => signInQuery({ reply, ...(realm !== undefined && { realm }) }),
  },
  'broker.passes-reply-on': {
    does: 'passes the wreply of the party on upstream',
    breaks: 'sign-in.upstream-reply-registered',
    policy: 'federationQuery',
    instead: ({ realm, reply }, request) => signInQuery({ realm, reply: request.reply ?? reply }),
  },

  'broker.omits-nonce': {
    does: 'asks for an id token without a nonce',
    breaks: 'sign-in.builds-oidc',
    policy: 'openIdQuery',
    instead: (...given) => honestSignIn.openIdQuery(...given).filter(([name]) => name !== 'nonce'),
  },
  'broker.fixes-nonce': {
    does: 'asks for every id token with the same nonce',
    breaks: 'sign-in.builds-oidc',
    policy: 'openIdQuery',
    instead: (application, request, _, known) => honestSignIn.openIdQuery(application, request, '00000000', known),
  },
  'broker.passes-reply-on-by-openid': {
    does: 'passes the wreply of the party on as redirect_uri',
    breaks: 'sign-in.upstream-reply-registered',
    policy: 'openIdQuery',
    instead: (application, request, ...rest) =>
      honestSignIn.openIdQuery({ ...application, reply: request.reply ?? application.reply }, request, ...rest),
  },

  'broker.omits-secure': {
    does: 'sets its cookies without Secure',
    breaks: 'sign-in.tls-only',
    policy: 'cookieAttributes',
    instead: () => 'Path=/; HttpOnly; SameSite=None',
  },
  'broker.omits-secure-of-session': {
    does: 'sets the cookie of a session without Secure',
    breaks: 'sign-in.tls-only',
    policy: 'cookieAttributes',
    instead: (kind) => (kind === 'session' ? 'Path=/; HttpOnly' : honestSignIn.cookieAttributes(kind)),
  },
} as const satisfies SignInFaults
