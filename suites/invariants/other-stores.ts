import { Violation } from '../../harness/judge/blame.ts'
import type { Invariant } from '../../harness/judge/check.ts'

/** The places of AD FS beside the directories of the mock provider. */
const farm = /^\/(adfs|federationmetadata)(\/|$)/i

/** Only browsers have business with the AD FS of a tenant. */
export const otherStores: Invariant = {
  id: 'sign-in.directory-only.no-contact',
  title: 'the broker itself never contacts another store of identities than the directory',
  owes: 'no request of the target to AD FS',
  clauses: ['sign-in.directory-only'],
  kills: ['broker.asks-farms-for-their-keys'],
  inspect({ request, from, to }) {
    if (from !== 'target' || to !== 'idp' || !farm.test(request.rawPath)) return undefined
    const actual = `a request to ${request.rawPath.split('?', 1)[0]}`
    return new Violation('contacts-farm', { expected: 'no request of the target to AD FS', actual })
  },
}
