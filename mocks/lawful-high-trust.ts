import { writeDocument } from '../protocols/high-trust/metadata-document.ts'
import type { Wire } from '../protocols/wire.ts'
import { documentPath } from './token-cache/high-trust.ts'
import type { FarmCall, HighTrustPolicies, SentToken } from './token-cache/high-trust-policies.ts'
import { honestHighTrust, timesFrom } from './token-cache/high-trust-policies.ts'

/** A cache whose high trust fills a gap of the sources differently, and is not wrong: a policy of its own, or something around it. */
export type LawfulHighTrust = {
  does: string
  policies?: Partial<HighTrustPolicies>
  /** `ask` asks a farm something without a token. */
  around?: (cache: Wire, ask: (path: string) => Promise<unknown>) => Wire
}

const numbers = (said: ReturnType<HighTrustPolicies['timesOf']>) =>
  Object.fromEntries(Object.entries(said).map(([name, value]) => [name, Number(value)]))

/** The newest token that was made for a user at a farm, as long as it has five minutes left of twelve hours. */
const stillServing = (sent: readonly SentToken[], { farm, user, now }: FarmCall) =>
  sent.findLast((one) => one.farm === farm && one.user === user && now - one.at < 12 * 3_600_000 - 300_000)?.token

/** Every lawful variant of the high trust of the reference token cache. */
export const lawfulHighTrust = {
  'says-times-as-numbers': {
    does: 'says the times of its tokens as numbers',
    policies: { timesOf: (call) => numbers(honestHighTrust.timesOf(call)) },
  },
  'makes-tokens-for-an-hour': {
    does: 'makes tokens that serve for one hour',
    policies: { timesOf: ({ now }) => timesFrom(now, 3600) },
  },
  'begins-tokens-in-the-past': {
    does: 'makes tokens that have begun twelve hours ago, as node-sp-auth does',
    policies: { timesOf: ({ now }) => numbers(timesFrom(now - 12 * 3_600_000, 24 * 3600)) },
  },
  'omits-begin-of-tokens': {
    does: 'does not say when its tokens begin',
    policies: { timesOf: (call) => ({ exp: honestHighTrust.timesOf(call)['exp'] }) },
  },
  'reuses-tokens-while-they-serve': {
    does: 'sends a token again until five minutes before it ends',
    policies: { reuses: stillServing },
  },
  'shares-signing-for-one-user': {
    does: 'signs once for all calls at the same time for one user at a farm',
    policies: { sharesSigning: ({ farm, user }) => `${farm.id} ${user.name}` },
  },
  'knows-users-of-farms-in-any-case': {
    does: 'knows users by their names in whatever case',
    policies: {
      whoIs: (name, { users }) => users.find((user) => user.name.toLowerCase() === name.toLowerCase()),
    },
  },
  'names-users-by-trusted-provider': {
    does: 'names users by their names, as users of the trusted provider of SAML tokens',
    policies: { identityOf: ({ farm, user }) => ({ nameid: user.name, nii: farm.providers.trusted }) },
  },
  'names-users-alone': {
    does: 'tells of a user the SID and its provider, and nothing more',
    policies: { identityOf: ({ farm, user }) => ({ nameid: user.sid.toLowerCase(), nii: farm.providers.windows }) },
  },
  'tells-more-of-users': {
    does: 'tells the addresses of a user beside the name',
    policies: {
      identityOf: (call) => ({
        ...honestHighTrust.identityOf(call),
        smtp: call.user.name,
        sip: `sip:${call.user.name}`,
        name: call.user.displayName,
      }),
    },
  },
  'says-delegation-as-boolean': {
    does: 'says as a boolean that it is trusted for delegation',
    policies: { delegation: () => ({ trustedfordelegation: true }) },
  },
  'spells-metadata-in-small-letters': {
    does: 'spells the names of its metadata document in small letters',
    policies: { writes: (about, keys) => writeDocument(about, keys, 'keyvalue') },
  },
  'publishes-old-key-too': {
    does: 'publishes the key that it had before beside its own',
    policies: { publishes: async ({ own, other }) => [await other(), own] },
  },
  'publishes-a-jwk-set': {
    does: 'publishes its certificate in a JWK set',
    policies: { writes: (_, keys) => JSON.stringify({ keys: keys.map(({ certificate }) => ({ kty: 'RSA', x5c: [certificate] })) }) }, // prettier-ignore
  },
  'finds-out-the-realm-of-farms': {
    does: 'asks a farm for its realm before every call, without a token',
    around: (cache, ask) => async (request, signal) => {
      if (request.rawPath !== documentPath) await ask('/_vti_bin/client.svc')
      return cache(request, signal)
    },
  },
} as const satisfies Record<string, LawfulHighTrust>

export type LawfulHighTrustId = keyof typeof lawfulHighTrust
