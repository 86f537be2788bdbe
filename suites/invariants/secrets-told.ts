import { Violation } from '../../harness/judge/blame.ts'
import type { Invariant } from '../../harness/judge/check.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import type { Seen } from './canaries.ts'
import { messageOf, secretsHeld, secretsIn } from './canaries.ts'

const isSecret = ({ canary }: { canary: { kind: string } }) => canary.kind === 'client secret'

/** How a client names itself: the one way in which its secret lawfully leaves the broker (RFC 6749 section 2.3.1). */
const namesItself = ({ method }: WireRequest, { place }: Seen): boolean =>
  method === 'POST' && (place === 'body' || place === 'authorization')

/** What the caller itself has sent is no secret to it, and may be quoted. */
export const secretsTold: Invariant = {
  id: 'token.secret-never-leaves.no-secret-told',
  title: 'no client secret is in any answer of the target, or in what it sends but where it names a client',
  owes: 'neither in a header nor in a body, however it is encoded, unless the caller has sent it',
  clauses: ['token.secret-never-leaves'],
  kills: ['broker.tells-secrets', 'broker.encodes-secret-upstream'],
  inspect(exchange, world) {
    const { request, from, to } = exchange
    const secrets = secretsIn(exchange, world).filter(isSecret)
    const asked = secrets.filter(({ half }) => half === 'request')
    const told = [
      ...(from === 'target' ? asked.filter((one) => !namesItself(request, one)) : []),
      ...(to === 'target'
        ? secrets.filter(({ half, canary }) => half === 'answer' && asked.every((one) => one.canary !== canary))
        : []),
    ]
    const [seen] = told
    if (seen === undefined) return undefined
    return new Violation('secret-told', {
      expected: 'no client secret in what the target tells',
      actual: `one, ${seen.form}, in the ${seen.half} (${seen.place}) of ${messageOf(exchange)}`,
    })
  },
}

/** A log is read by more people than a configuration (OWASP Logging Cheat Sheet: data to exclude). */
export const secretsLogged: Invariant = {
  id: 'token.secret-never-leaves.no-secret-logged',
  title: 'no client secret is ever in the log of the target',
  owes: 'a log without the secret of any client, however it is encoded',
  clauses: ['token.secret-never-leaves'],
  weaker: 'practice',
  capabilities: ['logs'],
  kills: ['broker.logs-client-secrets', 'broker.logs-secrets-in-base64'],
  inspect: () => undefined,
  atEnd: ({ logs = [] }, world) =>
    secretsHeld(logs, world)
      .filter(isSecret)
      .map(({ canary, form, place }) => ({
        check: canary.check,
        violation: new Violation('secret-logged', {
          expected: 'no client secret in the log',
          actual: `one, ${form}, in ${place}`,
        }),
      })),
}
