import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { encodeForm } from '../../protocols/form.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import type { CachePolicies, Entry, Failure, Given, Got, TokenRequest, Whose } from './policies.ts'
import type { TokenStore } from './store.ts'

/** What a cache works with. */
export type Works = {
  provision: CacheProvision
  policies: CachePolicies
  clock: Clock
  wire: Wire
  store: TokenStore
  /** The renewals under way, by the name under which they are shared. */
  flights: Map<string, Promise<Acquired>>
  /** How many calls are being answered, by the name of their token. */
  calling: Map<string, number>
  /** The names that have been read since the cache began. */
  seen: Set<string>
}

/** A token to call with, and what is stored once it has given data; or none, since trust is due, or since the broker or what is behind it failed. */
export type Acquired = { is: 'token'; access: string; onceGood?: () => void } | { is: 'no-token' } | { is: 'failed' }

/**
 * Gets the token for a call, by the three documented conditions: none is there, and trust is due; a valid one is used as it is; one
 * that has expired or is about to is renewed through the broker and stored.
 *
 * @see OAUTH: Token Conditions
 */
export const acquire = async (whose: Whose, works: Works): Promise<Acquired> => {
  const { policies, store, clock, seen } = works
  if (policies.waitsFor(whose, [...works.flights.keys()])) await Promise.allSettled(works.flights.values())
  const key = policies.keyOf(whose)
  const restarted = !seen.has(key)
  const found = store.get(key)
  const stored = found && policies.remembers(found, clock.now(), restarted) ? found : undefined
  const entry = stored && policies.reads(stored, clock.now(), restarted)
  seen.add(key)
  if (entry !== undefined && entry !== stored) store.put(key, entry)
  if (entry === undefined) {
    const other = policies.standsIn(whose, store.all())
    return other === undefined ? { is: 'no-token' } : { is: 'token', access: other }
  }
  if (!policies.isDue(entry, clock.now(), whose, works.calling.get(key) ?? 0))
    return { is: 'token', access: entry.access }

  const name = policies.sharesRenewal(whose, works.provision)
  if (name === undefined) return renew(entry, whose, works)
  const flight = works.flights.get(name) ?? renew(entry, whose, works).finally(() => works.flights.delete(name))
  works.flights.set(name, flight)
  return flight
}

const renew = async (entry: Entry, whose: Whose, works: Works): Promise<Acquired> => {
  const { policies, store, provision, clock } = works
  const key = policies.keyOf(whose)
  const { refresh } = entry
  if (refresh === undefined) {
    const done = policies.withoutRefresh(entry, clock.now())
    if (done === 'use') return { is: 'token', access: entry.access }
    if (done === 'trust') store.remove(key)
    return { is: done === 'trust' ? 'no-token' : 'failed' }
  }
  let failure: Failure = 'failed'
  for (const request of policies.renewsBy({ ...entry, refresh }, whose, provision)) {
    const answer = await askForToken(request, works)
    if (typeof answer === 'object') {
      const renewed = entryOf(answer, whose, works, entry)
      if (renewed === undefined) return { is: 'no-token' }
      const storing = () => store.put(key, renewed)
      const first = policies.storesFirst(whose, provision)
      if (first) storing()
      await askBeside({ request, entry: renewed, isRenewal: true }, whose, works)
      return { is: 'token', access: policies.usesOf(renewed, entry), ...(!first && { onceGood: storing }) }
    }
    failure = answer
  }
  if (failure === 'refused')
    for (const other of policies.forgetsAlso(whose, [...store.all().keys()])) store.remove(other)
  const kept = policies.keepsAfter(failure, entry, clock.now())
  if (kept === undefined) store.remove(key)
  return { is: kept === undefined ? 'no-token' : 'failed' }
}

/** Redeems the code that came back from a trust dialog, and stores what comes of it. */
export const redeem = async (code: string, whose: Whose, works: Works): Promise<boolean> => {
  const { provision, policies } = works
  for (const request of policies.redeemsBy(code, whose, provision, policies.asksFor(whose, provision) ?? [])) {
    const answer = await askForToken(request, works)
    if (typeof answer !== 'object') continue
    const entry = keep(answer, whose, works)
    if (entry) await askBeside({ request, entry, isRenewal: false }, whose, works)
    return entry !== undefined
  }
  return false
}

const askBeside = async (got: Got, whose: Whose, works: Works): Promise<void> => {
  for (const request of works.policies.asksBeside(got, whose, works.provision)) await askForToken(request, works)
}

/** Stores what a token endpoint handed out, as far as it is stored. */
export const keep = (given: Given, whose: Whose, works: Works, old?: Entry): Entry | undefined => {
  const entry = entryOf(given, whose, works, old)
  if (entry !== undefined) works.store.put(works.policies.keyOf(whose), entry)
  return entry
}

const entryOf = (given: Given, whose: Whose, { policies, clock }: Works, old?: Entry): Entry | undefined => {
  const receivedAt = clock.now()
  return policies.stores(given, whose, { receivedAt, expiresAt: policies.expiryOf(given, receivedAt) }, old)
}

/** The numbers by which token services refuse a grant; whatever else comes instead of a token is a failure. */
const refusal = /\b(?:ACS|AADSTS)\d{5,}\b|invalid_grant|interaction_required/

/** Asks an endpoint for a token. */
export const askForToken = async (
  { url, form, headers = [] }: TokenRequest,
  { wire }: Works,
): Promise<Given | Failure> => {
  const { origin, pathname, search } = new URL(url)
  try {
    const response = await wire({
      method: 'POST',
      origin,
      rawPath: pathname + search,
      headers: [['content-type', 'application/x-www-form-urlencoded'], ['accept', 'application/json'], ...headers],
      body: new TextEncoder().encode(encodeForm(form)),
    })
    const text = textOf(response)
    const given = objectIn(text)
    if (response.status === 200 && typeof given['access_token'] === 'string') return given
    return refusal.test(text) ? 'refused' : 'failed'
  } catch {
    return 'failed'
  }
}

const objectIn = (text: string): Given => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
