import type { Wire } from '../protocols/wire.ts'
import { textResponse } from '../protocols/wire.ts'

/** Targets that are no brokers at all. No check may pass on any of them, and none may make us hang. */
export const degenerateTargets = {
  'refuses-everything': () => async () => textResponse(400, 'Bad Request: invalid_redirect_uri'),
  'blank-200': () => async () => textResponse(200, ''),
  hangs: () => () => new Promise<never>(() => undefined),
  resets: () => () => Promise.reject(new Error('connection reset')),
  'dies-midway': (honest: Wire) => {
    let left = 7
    return (request, signal) => (left-- > 0 ? honest(request, signal) : Promise.reject(new Error('connection refused')))
  },
} as const satisfies Record<string, (honest: Wire) => Wire>

export type DegenerateId = keyof typeof degenerateTargets
