import { Violation } from '../../harness/judge/blame.ts'
import type { Invariant } from '../../harness/judge/check.ts'
import { messageOf, secretsHeld, secretsIn } from './canaries.ts'

const expected = 'the password of a user with the identity provider alone'
const isPassword = ({ canary }: { canary: { kind: string } }) => canary.kind === 'password'

/** Whatever is in a message to or from the target, the target has seen. */
export const passwordsSeen: Invariant = {
  id: 'storage.no-passwords.seen',
  title: "no message to or from the target carries a user's password, and nothing that it holds does",
  owes: 'passwords in messages between browsers and the identity provider alone, and in neither the database nor the log',
  clauses: ['storage.no-passwords'],
  kills: ['broker.asks-for-passwords', 'broker.challenges-when-asked-anew'],
  inspect(exchange, world) {
    const { from, to } = exchange
    if (from !== 'target' && to !== 'target') return undefined
    const seen = secretsIn(exchange, world).find(isPassword)
    if (seen === undefined) return undefined
    const actual = `one, ${seen.form}, in the ${seen.half} (${seen.place}) of ${messageOf(exchange)}`
    return new Violation('password-seen', { expected, actual })
  },
  atEnd: ({ storage = [], logs = [] }, world) =>
    secretsHeld([...storage, ...logs], world)
      .filter(isPassword)
      .map(({ canary, form, place }) => ({
        check: canary.check,
        violation: new Violation('password-kept', { expected, actual: `one, ${form}, in ${place}` }),
      })),
}
