import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'
import { registeredGetsCode } from '../authorize/request.ts'
import { partiesSignIn } from '../sign-in/request.ts'
import { askedFor, authorized, nobody, trigger } from './causes.ts'
import { pageIn } from './page.ts'

type Mistake = { what: string; whose: 'caller' | 'target'; go(): Promise<Journey> }
type Side = Pick<Check, 'id' | 'title' | 'sends' | 'needs' | 'kills' | 'control'> & {
  mistakes(context: Context): readonly Mistake[]
}

/** Who made a mistake is told by the first digit of the status. */
const statuses = ({ mistakes, ...check }: Side): Check => ({
  ...check,
  owes: "an error page with a status of 4xx for the caller's mistakes, 5xx for an unhandled error (RFC 9110 section 15)",
  clauses: ['errors.client-faults-are-4xx'],
  async run(context) {
    let read = 0
    await context.each(mistakes(context), async ({ what, whose, go }) => {
      const page = pageIn(await go())
      if (page === undefined) return
      read += 1
      const owed = whose === 'caller' ? 4 : 5
      if (Math.floor(page.status / 100) === owed) return
      throw new Violation(`not-${owed}xx`, {
        expected: `${what} answered with a status of ${owed}xx`,
        actual: `a page with status ${page.status} saying "${beginningOf(page.text, 120)}"`,
      })
    })
    if (read === 0) throw new Inconclusive('unreadable', 'no mistake ended on a page of the target')
  },
})

/** The mistakes of a relying party. */
const signInStatuses = statuses({
  id: 'errors.client-faults-are-4xx.sign-in',
  title: 'a mistake of a relying party has a status of 4xx, and an unhandled error one of 5xx',
  sends: 'a request that is no sign-in, one of an unknown realm, and what the target declares to cause row 1',
  needs: { capabilities: ['speaks:signIn', 'speaks:metadata'], shape: single, scope: 'slice' },
  kills: ['broker.blames-itself'],
  control: partiesSignIn,
  mistakes: (context) => [
    { what: 'a request that is no sign-in', whose: 'caller', go: () => askedFor(context, { action: 'wattr1.0' }) },
    { what: 'an unknown realm', whose: 'caller', go: () => askedFor(context, { realm: 'urn:nobody' }) },
    ...(context.triggers.unhandled === undefined
      ? []
      : [{ what: 'an unhandled error', whose: 'target' as const, go: () => trigger(context, 'unhandled') }]),
  ],
})

/** The mistakes of an OAuth client. */
const oauthStatuses = statuses({
  id: 'errors.client-faults-are-4xx.authorize',
  title: 'a mistake of an OAuth client has a status of 4xx',
  sends: 'authorization requests of an unknown client, with an unregistered redirect URI, with another version and response type',
  needs: { capabilities: ['oauth', 'speaks:authorize'], shape: single, scope: 'slice' },
  kills: ['broker.blames-itself-for-requests'],
  control: registeredGetsCode,
  mistakes: (context) => {
    const redirectUri = `https://stranger-${context.slice.tag}.test/`
    const version = context.dialect.versionPath === null ? [] : [{ version: '1' }]
    return [{ clientId: nobody }, { redirectUri }, { responseType: 'token' }, ...version].map((changed) => ({
      what: `${Object.entries(changed).join()} in an authorization request`,
      whose: 'caller',
      go: () => authorized(context, changed),
    }))
  },
}) // prettier-ignore

/** One check for each side of the broker. */
export const clientFaults: readonly Check[] = [signInStatuses, oauthStatuses]
