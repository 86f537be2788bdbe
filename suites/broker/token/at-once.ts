import type { Journey } from '../../../harness/agent/browser.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { WireRequest } from '../../../protocols/wire.ts'

/** Sends requests all at once, each by a caller of its own, over the nodes in turn where there are several; gives every journey. */
export const atOnce = async (context: Context, requests: readonly WireRequest[]): Promise<Journey[]> => {
  const callers = requests.map((_, index) =>
    context.nodes > 1 ? context.browser().via(index % context.nodes) : context.browser(),
  )
  const done = await Promise.allSettled(
    requests.map((request, index) => (callers[index] ?? context.browser()).go(request)),
  )
  return done.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}
