import type { Wire } from '../protocols/wire.ts'
import { textResponse } from '../protocols/wire.ts'

/** Targets that are no brokers at all. No check may pass on any of them, and none may make us hang. */
export const degenerateTargets = {
  'refuses-everything': async () => textResponse(400, 'Bad Request: invalid_redirect_uri'),
  'blank-200': async () => textResponse(200, ''),
  hangs: () => new Promise<never>(() => undefined),
  resets: () => Promise.reject(new Error('connection reset')),
} as const satisfies Record<string, Wire>

export type DegenerateId = keyof typeof degenerateTargets

/** A target that answers so many requests and then no more. */
export const diesAfter = (honest: Wire, answers: number): Wire => {
  let left = answers
  return (request, signal) => (left-- > 0 ? honest(request, signal) : Promise.reject(new Error('connection refused')))
}
