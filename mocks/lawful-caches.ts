import { queryOf, valuesOf } from '../protocols/form.ts'
import type { Wire, WireRequest } from '../protocols/wire.ts'
import { textOf, textResponse } from '../protocols/wire.ts'
import { cacheForms } from './token-cache/cache.ts'
import type { CachePolicies } from './token-cache/policies.ts'
import { honestCache, secondsIn } from './token-cache/policies.ts'

/** Where the cache is, and how to ask the resources of a realm something. */
type Around = { origin: string; askAt(realm: string, path: string): Promise<unknown> }

/** A token cache that fills a gap of the sources differently, and is not wrong: a policy of its own, or something around it. */
export type LawfulCache = {
  does: string
  policies?: Partial<CachePolicies>
  around?: (cache: Wire, io: Around) => Wire
  /** What it declares of its margin, in seconds. */
  margin?: number
}

const trustPage = '/trust'

const stateOf = (url: string): string => valuesOf(queryOf(url), 'state')[0] ?? ''

/** Every lawful variant of the reference token cache. */
export const lawfulCaches = {
  'renews-five-minutes-early': {
    does: 'renews a token five minutes before it expires, and declares it',
    policies: { isDue: ({ expiresAt }, now) => expiresAt - now <= 300_000 },
    margin: 300,
  },
  'renews-ten-seconds-early': {
    does: 'renews a token ten seconds before it expires, and declares it',
    policies: { isDue: ({ expiresAt }, now) => expiresAt - now <= 10_000 },
    margin: 10,
  },
  'uses-the-sixtieth-second': {
    does: 'uses a token of which exactly 60 seconds are left',
    policies: { isDue: ({ expiresAt }, now) => expiresAt - now < 60_000 },
  },
  'goes-by-expires-on': {
    does: 'goes by expires_on where it is there, to the whole second',
    policies: {
      expiryOf: (given, receivedAt) =>
        (secondsIn(given['expires_on']) ?? Math.floor(receivedAt / 1000) + (secondsIn(given['expires_in']) ?? 0)) *
        1000,
    },
  },
  'knows-users-in-any-case': {
    does: 'knows users by their names in whatever case',
    policies: { keyOf: (whose) => honestCache.keyOf({ ...whose, user: whose.user.toLowerCase() }) },
  },
  'forgets-tokens-after-failures': {
    does: 'asks for trust again once a renewal came to nothing, for whatever reason',
    policies: { keepsAfter: () => undefined },
  },
  'asks-for-app-only-each-time': {
    does: 'asks for another app-only token for every call of the app alone',
    policies: {
      isDue: (entry, now, whose, callers) => whose.as === 'app' || honestCache.isDue(entry, now, whose, callers),
    },
  },
  'is-vouched-for-by-the-newest': {
    does: 'asks for app-only tokens by the token of the user who trusted last',
    policies: { vouchedBy: (...given) => honestCache.vouchedBy(...given).toReversed() },
  },
  'says-empty-audience': {
    does: 'asks for a resource without a value where there is no audience, which is as good as none (RFC 6749 section 3.1)',
    policies: { asksFor: ({ resource: { audience } }) => [audience ?? ''] },
  },
  'forgives-skew-of-callers': {
    does: "takes a caller's token for five minutes before and after its time",
    policies: {
      isCurrent: (inbound, now) =>
        honestCache.isCurrent(inbound, now - 300_000) || honestCache.isCurrent(inbound, now + 300_000),
    },
  },
  'adds-to-trust-urls': {
    does: 'adds parameters of its own to the trust URL',
    policies: {
      trustParameters: (whose, provision) => [...honestCache.trustParameters(whose, provision), ['display', 'popup']],
    },
  },
  'has-users-sign-in-anew': {
    does: 'has users sign in anew in the trust dialog, whoever is signed in',
    policies: {
      trustParameters: ({ as }) => [['prompt', as === 'service' ? 'true' : 'login']],
    },
  },
  'leads-to-trust-itself': {
    does: 'offers a page of its own for the trust URL, which leads on to the broker',
    around:
      (cache, { origin }) =>
      async (request, signal) => {
        if (request.rawPath.startsWith(trustPage)) {
          const to = Buffer.from(request.rawPath.slice(trustPage.length + 1), 'base64url').toString()
          return textResponse(302, '', [['location', to]])
        }
        const response = await cache(request, signal)
        const answer = textOf(response)
        if (request.rawPath !== cacheForms.call.path || !answer.includes('"trustUrl"')) return response
        const { trustUrl, ...rest } = JSON.parse(answer) as { trustUrl: string }
        const own = `${origin}${trustPage}/${Buffer.from(trustUrl).toString('base64url')}`
        return textResponse(response.status, JSON.stringify({ ...rest, trustUrl: own }), [
          ['content-type', 'application/json'],
        ])
      },
  },
  'takes-up-the-call': {
    does: 'takes up the call that a trust dialog interrupted as soon as the dialog has ended',
    around(cache) {
      const interrupted = new Map<string, WireRequest>()
      return async (request, signal) => {
        const response = await cache(request, signal)
        if (request.rawPath === cacheForms.call.path) {
          const { trustUrl } = JSON.parse(textOf(response)) as { trustUrl?: string }
          if (trustUrl !== undefined) interrupted.set(stateOf(trustUrl), request)
        }
        const call = request.rawPath.startsWith(cacheForms.callback) && interrupted.get(stateOf(request.rawPath))
        if (call && response.status === 200) await cache(call, signal)
        return response
      }
    },
  },
  'finds-out-the-realm': {
    does: 'asks the resource for its realm before every call, without a token',
    around:
      (cache, { askAt }) =>
      async (request, signal) => {
        const realm = new URLSearchParams(textOf(request)).get('realm')
        if (realm !== null) await askAt(realm, '/_api/web')
        return cache(request, signal)
      },
  },
} as const satisfies Record<string, LawfulCache>

export type LawfulCacheId = keyof typeof lawfulCaches
