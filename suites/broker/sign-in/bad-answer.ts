import type { Tenant, Upstream } from '../../../fixtures/world/shapes.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { administratorOf } from '../../../mocks/idp/entra/administrator.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import type { Assertion } from '../../../protocols/saml/assertion.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import { comesToNothing } from './refusals.ts'
import type { People } from './request.ts'
import { names, responseIn, seenBy } from './request.ts'

/**
 * Judges that an answer of the identity provider came to nothing for a party: it was refused, by the target or by the provider.
 *
 * @throws Inconclusive when what came instead does not say so
 */
export const buysNothing = (context: Context, asked: Asked, { party }: Pick<People, 'party'>, what: string): void => {
  if (comesToNothing(context, asked, `no response for ${party.realm} out of ${what}`)) return
  if (asked.outcome.is === 'refusal' || asked.journey.at(-1)?.to === 'idp') return
  throw new Inconclusive('unreadable', `${describe(asked)}, which says nothing of ${what}`)
}

/**
 * Requires that the identity provider was asked in one protocol, in which alone its answer is hostile, and that its answer came to the
 * target.
 *
 * @throws Inconclusive when the user came to it in another, or did not come back
 */
export const answeredOver = ({ journey }: Asked, over: Upstream): void => {
  const [path = ''] = journey.find(({ to }) => to === 'idp')?.request.rawPath.split('?') ?? []
  if (path === '') throw new Inconclusive('undelivered', 'the user never came to the identity provider')
  if (path.endsWith('/wsfed') !== (over === 'wsfed')) {
    throw new Inconclusive('undelivered', `the user was sent to ${path}, whose answers are not what is asked about`)
  }
  const last = journey.findLastIndex(({ to }) => to === 'idp')
  if (journey.slice(last).some(({ to }) => to === 'target')) return
  throw new Inconclusive('undelivered', 'the answer of the identity provider never came to the target')
}

/** Whether an assertion speaks of whom the identity provider's forged tokens speak. */
const isForged = (assertion: Assertion, tenant: Tenant): boolean => {
  const administrator = administratorOf(tenant)
  return assertion.nameId?.value === administrator.subject || names(assertion, administrator)
}

/**
 * Judges an answer in which something genuine stands beside something forged: it is refused, or the party sees who was
 * signed for, which is noted.
 *
 * @throws Violation of kind `forged` or `sent-away`
 */
export const neverForged = (
  context: Context,
  asked: Asked,
  { party, tenant }: People,
  trust: PartyTrust,
  what: string,
): void => {
  if (responseIn(asked.outcome) === undefined) return buysNothing(context, asked, { party }, what)
  const { assertion } = seenBy(party, trust, asked)
  if (!isForged(assertion, tenant)) return context.note(`believes what is signed in ${what}, and nothing else`)
  throw new Violation('forged', {
    expected: `${what} refused, or believed as it was signed`,
    actual: `${party.realm} sees ${assertion.nameId?.value ?? 'the administrator'}, for whom nothing was signed`,
  })
}
