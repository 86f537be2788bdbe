import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { FarmCall, FarmResource, SentToken } from '../token-cache/high-trust-policies.ts'
import { honestHighTrust, timesFrom } from '../token-cache/high-trust-policies.ts'
import type { TokenRequest } from '../token-cache/policies.ts'
import type { HighTrustFaults } from './high-trust-fault.ts'
import { isFurtherUser } from './high-trust-fault.ts'

const [hour, day] = [3_600_000, 86_400_000]
const alone = 'high-trust.no-broker'
const claims = 'high-trust.claims'

const grantAt = (url: string, { farm }: FarmCall): TokenRequest => ({
  url,
  form: [
    ['ClientId', farm.clientId],
    ['Resource', farm.audience],
  ],
})
const atBroker = (call: FarmCall, { broker }: CacheProvision) => [grantAt(broker.tokenEndpoint, call)]

/** The first farm of those whose users have names that end alike: farms of one company. */
const firstFarm = ({ farm }: FarmCall, { onPremises = [] }: CacheProvision): FarmResource => {
  const companyOf = ({ users }: FarmResource) => users[0]?.name.split('-').at(-1)
  return onPremises.find((one) => companyOf(one) === companyOf(farm)) ?? farm
}

const sentFor = (sent: readonly SentToken[], call: FarmCall, most: number) =>
  sent.findLast(({ farm, user, at }) => farm === call.farm && user === call.user && call.now - at < most)?.token

/** Faults in whom is asked before a call, in whom tokens are for and by, and in how long they serve. */
export const highTrustTokenFaults = {
  'high-trust.asks-broker-first': {
    does: 'asks the broker for a token before it calls a farm',
    breaks: alone,
    policy: 'asksFirst',
    instead: atBroker,
  },
  'high-trust.asks-token-service-first': {
    does: 'asks the token service of the tenant for a token before it calls a farm',
    breaks: alone,
    policy: 'asksFirst',
    instead: (call, { resources }) =>
      resources
        .filter(({ tenant }) => tenant === call.farm.realm)
        .map(({ tokenService }) => grantAt(tokenService, call)),
  },
  'high-trust.asks-broker-for-further-users': {
    does: 'asks the broker for a token before it calls a farm for another than its first two users',
    breaks: alone,
    policy: 'asksFirst',
    instead: (call, provision) => (isFurtherUser(call) ? atBroker(call, provision) : []),
  },

  'high-trust.names-no-realm': {
    does: 'names SharePoint without a realm as the audience of its tokens',
    breaks: claims,
    policy: 'audienceOf',
    instead: ({ farm }) => farm.audience.replace(/@.*$/, ''),
  },
  'high-trust.names-no-host': {
    does: 'names SharePoint without the host of the farm as the audience of its tokens',
    breaks: claims,
    policy: 'audienceOf',
    instead: ({ farm }) => farm.audience.replace(/\/[^@]*/, ''),
  },
  'high-trust.names-first-farm': {
    does: 'names the first farm of a company as the audience of its tokens for all of its farms',
    breaks: claims,
    policy: 'audienceOf',
    instead: (call, provision) => firstFarm(call, provision).audience,
  },

  'high-trust.signs-as-the-app': {
    does: 'signs as the app instead of the trusted issuer',
    breaks: claims,
    policy: 'actsAs',
    instead: ({ farm: { clientId, realm } }) => ({ issuer: `${clientId}@${realm}`, app: `${clientId}@${realm}` }),
  },
  'high-trust.omits-realm-of-issuer': {
    does: 'names the trusted issuer without its realm',
    breaks: claims,
    policy: 'actsAs',
    instead: ({ farm: { clientId, issuerId, realm } }) => ({ issuer: issuerId, app: `${clientId}@${realm}` }),
  },
  'high-trust.signs-as-issuer-of-first-farm': {
    does: 'signs as the trusted issuer of the first farm of a company for all of its farms',
    breaks: claims,
    policy: 'actsAs',
    instead: (call, provision) => honestHighTrust.actsAs({ ...call, farm: firstFarm(call, provision) }, provision),
  },

  'high-trust.ends-tokens-at-once': {
    does: 'makes tokens that ended an hour ago',
    breaks: claims,
    policy: 'timesOf',
    instead: ({ now }) => timesFrom(now - 13 * hour, 12 * 3600),
  },
  'high-trust.omits-end-of-tokens': {
    does: 'makes tokens that never end',
    breaks: claims,
    policy: 'timesOf',
    instead: (call) => ({ nbf: honestHighTrust.timesOf(call)['nbf'] }),
  },
  'high-trust.counts-lifetime-from-start': {
    does: 'counts the twelve hours of a token from when it began to run',
    breaks: claims,
    policy: 'timesOf',
    instead: ({ begun }) => timesFrom(begun, 12 * 3600),
  },

  'high-trust.reuses-tokens-for-ever': {
    does: 'sends the first token that it made for a user at a farm in every call',
    breaks: claims,
    policy: 'reuses',
    instead: (sent, call) => sentFor(sent, call, Number.POSITIVE_INFINITY),
  },
  'high-trust.reuses-tokens-for-a-day': {
    does: 'sends a token for a day that ends after twelve hours',
    breaks: claims,
    policy: 'reuses',
    instead: (sent, call) => sentFor(sent, call, day),
  },
  'high-trust.reuses-tokens-of-the-farm': {
    does: 'sends the token that it has for a farm, whoever the user is',
    breaks: claims,
    policy: 'reuses',
    instead: (sent, { farm, now }) => sent.find((one) => one.farm === farm && now - one.at < hour)?.token,
  },

  'high-trust.shares-tokens-between-users': {
    does: 'sends one token in all calls at a farm that are made at the same time',
    breaks: claims,
    policy: 'sharesSigning',
    instead: ({ farm }) => farm.id,
  },
  'high-trust.shares-tokens-between-further-users': {
    does: 'sends one token in all calls at a farm that are made at the same time for others than its first two users',
    breaks: claims,
    policy: 'sharesSigning',
    instead: (call) => (isFurtherUser(call) ? call.farm.id : undefined),
  },
} as const satisfies HighTrustFaults
