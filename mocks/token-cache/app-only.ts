import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Pairs } from '../../protocols/wire.ts'
import type { Acquired, Works } from './acquire.ts'
import { acquire, askForToken, keep } from './acquire.ts'
import type { TokenRequest, Whose } from './policies.ts'

/**
 * Gets the token of the app alone: a valid one is used as it is, else the broker is asked for another, to which the access token of
 * a user of the realm is shown. Where no user of the realm has one, trust is due.
 *
 * @see OAUTH: Azure AD Token Expirations; TRUST: AppOnly (currently only supported with SharePoint Online)
 */
export const acquireForApp = async (whose: Whose, works: Works): Promise<Acquired> => {
  const { policies, store, clock, provision } = works
  const key = policies.keyOf(whose)
  const kept = store.get(key)
  if (kept !== undefined && !policies.isDue(kept, clock.now(), whose, works.calling.get(key) ?? 0))
    return { is: 'token', access: kept.access }
  let failed = false
  for (const user of policies.vouchedBy(whose, ownersIn(works), kept, clock.now())) {
    const voucher = await acquire(user, works)
    const answer = voucher.is === 'token' ? await askForToken(requestFor(whose, voucher.access, provision), works) : voucher.is // prettier-ignore
    if (typeof answer !== 'object') {
      failed ||= answer === 'failed'
      continue
    }
    const entry = keep(answer, whose, works, kept)
    if (entry !== undefined) return { is: 'token', access: entry.access }
  }
  return { is: failed ? 'failed' : 'no-token' }
}

/** Whose tokens are stored, users and the service account, in the order in which they came. */
const ownersIn = ({ store, provision }: Works): Whose[] =>
  [...store.all().keys()].flatMap((key) => ownerOf(key, provision) ?? []).filter(({ as }) => as !== 'app')

/** Whose token goes by a name, where an honest cache gave it. */
const ownerOf = (key: string, { resources }: CacheProvision): Whose | undefined => {
  const [as, realm = '', user = '', id] = JSON.parse(key) as string[]
  const resource = resources.find((one) => one.id === id && one.tenant === realm)
  return resource && { as: as === 'service' || as === 'app' ? as : 'user', realm, user, resource }
}

const requestFor = ({ resource, realm }: Whose, token: string, { broker }: CacheProvision): TokenRequest => {
  const words: Record<string, string> = { token, clientId: resource.id, realm, resource: resource.audience ?? '' }
  const filled = (fields: Record<string, string>): Pairs =>
    Object.entries(fields).map(([name, value]) => [
      name,
      value.replaceAll(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole),
    ])
  const { url, form, headers } = broker.appOnly
  return { url, form: filled(form), headers: filled(headers) }
}
