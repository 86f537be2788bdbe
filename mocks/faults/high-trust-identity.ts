import type { FarmCall, FarmUser } from '../token-cache/high-trust-policies.ts'
import { honestHighTrust } from '../token-cache/high-trust-policies.ts'
import type { HighTrustFaults } from './high-trust-fault.ts'
import { isFurtherUser } from './high-trust-fault.ts'

const claims = 'high-trust.claims'

/** What tokens say of a user of the farm by place; past the end it is that of the call. */
const identityAt = (call: FarmCall, place: number) => {
  const user: FarmUser = call.farm.users[place] ?? call.user
  return honestHighTrust.identityOf({ ...call, user })
}

/** Faults in what tokens say of the user. */
export const highTrustIdentityFaults = {
  'high-trust.calls-as-app-alone': {
    does: 'calls farms as the app alone, whoever the user is',
    breaks: claims,
    policy: 'identityOf',
    instead: () => undefined,
  },
  'high-trust.calls-as-first-user': {
    does: 'calls farms for their first user, whoever the user is',
    breaks: claims,
    policy: 'identityOf',
    instead: (call) => identityAt(call, 0),
  },
  'high-trust.calls-as-second-user-for-further-ones': {
    does: 'calls farms for their second user where the user is neither of the first two',
    breaks: claims,
    policy: 'identityOf',
    instead: (call) => (isFurtherUser(call) ? identityAt(call, 1) : honestHighTrust.identityOf(call)),
  },
  'high-trust.omits-provider-of-user': {
    does: 'does not say by which provider the name of the user is',
    breaks: claims,
    policy: 'identityOf',
    instead: ({ user }) => ({ nameid: user.sid.toLowerCase() }),
  },
  'high-trust.names-users-by-name-for-windows': {
    does: 'names users by their name where it says that it is their SID',
    breaks: claims,
    policy: 'identityOf',
    instead: ({ farm, user }) => ({ nameid: user.name, nii: farm.providers.windows }),
  },
  'high-trust.tells-name-of-first-user': {
    does: 'tells the name of the first user of the farm beside the SID of the user',
    breaks: claims,
    policy: 'identityOf',
    instead: (call) => ({ ...honestHighTrust.identityOf(call), upn: call.farm.users[0]?.name }),
  },

  'high-trust.calls-as-app-for-strangers': {
    does: 'calls a farm as the app alone for whom the farm does not know',
    breaks: claims,
    policy: 'whoIs',
    instead: (name, farm) => honestHighTrust.whoIs(name, farm) ?? 'app',
  },
  'high-trust.calls-as-first-user-for-strangers': {
    does: 'calls a farm as its first user for whom the farm does not know',
    breaks: claims,
    policy: 'whoIs',
    instead: (name, farm) => honestHighTrust.whoIs(name, farm) ?? farm.users[0],
  },
  'high-trust.finds-users-by-beginning': {
    does: 'takes for a user whoever has a name that the name of the user begins with',
    breaks: claims,
    policy: 'whoIs',
    instead: (name, { users }) => users.find((user) => user.name.startsWith(name)),
  },
  'high-trust.finds-users-without-domain': {
    does: 'takes for a user whoever has the same name in another domain',
    breaks: claims,
    policy: 'whoIs',
    instead: (name, { users }) => users.find((user) => user.name.split('@')[0] === name.split('@')[0]),
  },

  'high-trust.omits-delegation': {
    does: 'does not say that it is trusted for delegation',
    breaks: claims,
    policy: 'delegation',
    instead: () => ({}),
  },
  'high-trust.denies-delegation-for-further-users': {
    does: 'says that it is not trusted for delegation in calls for others than the first two users of a farm',
    breaks: claims,
    policy: 'delegation',
    instead: (call) => (isFurtherUser(call) ? { trustedfordelegation: 'false' } : honestHighTrust.delegation(call)),
  },
} as const satisfies HighTrustFaults
