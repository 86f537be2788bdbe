import { valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { SignInFaults } from './sign-in-fault.ts'

type Named = 'wtrealm' | 'wreply'

/** Reads a request that is validated by one of its values and answered by another; of what else is repeated nothing is made. */
const read = (parameters: Pairs, name: Named, validated: string | undefined, used: string | undefined) => {
  const rest = parameters.filter(([key]) => key !== name)
  const message = honestSignIn.reads(validated === undefined ? rest : [...rest, [name, validated]])
  const key = name === 'wtrealm' ? 'realm' : 'reply'
  return used === undefined || used === validated ? message : { ...message, answeredBy: { [key]: used } }
}

const twofold = (does: string, name: Named, validated: 0 | -1, used: 0 | -1) =>
  ({
    does,
    breaks: 'sign-in.unregistered-reply',
    policy: 'reads',
    instead(parameters) {
      const values = valuesOf(parameters, name)
      return read(parameters, name, values.at(validated), values.at(used))
    },
  }) as const satisfies SignInFaults[`broker.${string}`]

const ofPosts = (does: string, name: Named) =>
  ({
    does,
    breaks: 'sign-in.unregistered-reply',
    policy: 'reads',
    instead(parameters, query = []) {
      const [[inQuery], [inBody]] = [valuesOf(query, name), valuesOf(parameters, name)]
      return read(parameters, name, inQuery ?? inBody, inBody)
    },
  }) as const satisfies SignInFaults[`broker.${string}`]

/** Faults in which of two values a sign-in request is validated by, and which it is answered by. */
export const signInTwofoldFaults = {
  'broker.validates-first-of-two-realms': twofold(
    'validates the wreply for the first of two wtrealm and issues the token for the last',
    'wtrealm',
    0,
    -1,
  ),
  'broker.validates-last-of-two-realms': twofold(
    'validates the wreply for the last of two wtrealm and issues the token for the first',
    'wtrealm',
    -1,
    0,
  ),
  'broker.validates-first-of-two-replies': twofold(
    'validates the first of two wreply and posts to the last',
    'wreply',
    0,
    -1,
  ),
  'broker.validates-last-of-two-replies': twofold(
    'validates the last of two wreply and posts to the first',
    'wreply',
    -1,
    0,
  ),
  'broker.validates-realms-of-queries': ofPosts(
    'validates the wreply for the wtrealm in the URL of a POST and issues the token for that in its body',
    'wtrealm',
  ),
  'broker.validates-replies-of-queries': ofPosts(
    'validates the wreply in the URL of a POST and posts to that in its body',
    'wreply',
  ),
} as const satisfies SignInFaults
