import { Violation } from '../../harness/judge/blame.ts'
import type { Invariant } from '../../harness/judge/check.ts'
import { secretsIn } from './canaries.ts'

const places = ['URL', 'referer', 'location']

/** URLs are logged, remembered and sent on as Referer: a client secret or a password in one is given away. */
export const secretsInUrls: Invariant = {
  id: 'authorize.starts-code-flow.no-secret-in-url',
  title: 'no URL ever carries a client secret or a password',
  owes: 'neither a URL, nor a Location, nor a Referer contains a client secret or a password, however it is encoded',
  clauses: ['authorize.starts-code-flow'],
  kills: ['broker.leaks-secret-upstream', 'broker.encodes-secret-upstream'],
  inspect(exchange, world) {
    const seen = secretsIn(exchange, world).find(({ place }) => places.includes(place))
    if (seen === undefined) return undefined
    const { kind } = seen.canary
    return new Violation('secret-in-url', {
      expected: `no ${kind} in any URL`,
      actual: `a ${kind}, ${seen.form}, in the ${seen.place} of a message between ${exchange.from} and ${exchange.to}`,
    })
  },
}
