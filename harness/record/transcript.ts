import type { CheckId } from '../../fixtures/world/shapes.ts'
import type { World } from '../../fixtures/world/world.ts'
import { decodeForm, valuesOf } from '../../protocols/form.ts'
import { textOf, urlOf } from '../../protocols/wire.ts'
import type { Violation } from '../judge/blame.ts'
import type { Invariant } from '../judge/check.ts'
import { codesIn } from './codes.ts'
import type { Evidence, Exchange } from './exchange.ts'
import { issuedIn } from './issued.ts'
import type { Redact } from './redact.ts'
import { evidenceOf, redactorOf, secretsOf } from './redact.ts'

/** A broken invariant. The first breach of each has the exchange that broke it, as it was; a thousand would be too many. */
export type Breach = { invariant: Invariant; violation: Violation; check: CheckId | null; exchange?: Exchange }

/** The record of a universe. */
export type Transcript = {
  record(exchange: Omit<Exchange, 'n'>): Exchange
  /** Records a request when it comes, so that it is seen while it is answered, and gives what is told of its answer: none when it broke. */
  arrive(exchange: Omit<Exchange, 'n'>): (answer: Pick<Exchange, 'response' | 'broke'>) => void
  /** Shows each request of the target to a mock to this, as soon as it comes; gives what ends that. */
  listen(hears: (exchange: Exchange) => void): () => void
  /** The exchanges of a check's pinned case, or else its newest, oldest first, as they may be written down. */
  of(check: CheckId): Evidence[]
  /**
   * What the target itself sent to a mock in this case, oldest first, as it was: for this check, or for nobody that can be told, as
   * a request for keys.
   */
  fromTarget(check: CheckId): readonly Exchange[]
  /** These exchanges, as they may be written down. */
  written(exchanges: readonly Exchange[]): Evidence[]
  beginCase(check: CheckId): void
  pinCase(check: CheckId): void
  /** Takes a token that was made here out of whatever is written down. */
  hide(token: string): void
  /** Takes every secret out of what is said of a check, codes that were issued included. */
  redactor(check: CheckId): Redact
  inspected(): number
  breaches(): readonly Breach[]
}

const kept = 60
const keptFromTarget = 500
const keptCodes = 5_000
const keptBreaches = 1_000

/** Records every exchange, asks the invariants at once, and keeps the newest for evidence. */
export const makeTranscript = (world: World, invariants: readonly Invariant[]): Transcript => {
  const byCheck = new Map<CheckId, Exchange[]>()
  const pinned = new Map<CheckId, Exchange[]>()
  const fromTarget = new Map<CheckId, Exchange[]>()
  const breaches: Breach[] = []
  const secrets = new Map(secretsOf(world))
  const issued: string[] = []
  const askers = new Map<string, CheckId>()
  const listeners = new Set<(exchange: Exchange) => void>()
  let n = 0

  /** The newest codes are known by value, whoever tells them; and so is whatever the exchanges that are kept hand out. */
  const issue = (code: string, name: string, check: CheckId | null) => {
    issued.push(code)
    secrets.set(code, name)
    if (check !== null) askers.set(code, check)
    const forgotten = issued.length > keptCodes ? issued.shift() : undefined
    if (forgotten === undefined) return
    secrets.delete(forgotten)
    askers.delete(forgotten)
  }

  const redactor = (exchanges: readonly Exchange[]) =>
    redactorOf(
      new Map([
        ...exchanges
          .flatMap(({ response }) => (response ? issuedIn(response) : []))
          .map((one) => [one, 'code or token'] as const),
        ...secrets,
      ]),
    )
  const written = (exchanges: readonly Exchange[]) => {
    const redact = redactor(exchanges)
    return exchanges.map((exchange) => evidenceOf(exchange, redact))
  }
  const keptFor = (check: CheckId) => pinned.get(check) ?? byCheck.get(check) ?? []

  const concerns = concernedIn(world, (given) => askers.get(given))

  const begin = (bare: Omit<Exchange, 'n'>): Exchange => {
    const all = bare.check === null ? concerns(bare) : [bare.check]
    const exchange = { ...bare, n: (n += 1), check: all[0] ?? null }
    if (exchange.check !== null) {
      const list = byCheck.get(exchange.check) ?? []
      byCheck.set(exchange.check, [...list.slice(-(kept - 1)), exchange])
    }
    if (exchange.from === 'target') {
      for (const [check, list] of fromTarget) {
        if (all.length === 0 || all.includes(check))
          fromTarget.set(check, [...list.slice(-(keptFromTarget - 1)), exchange])
      }
      for (const hears of listeners) hears(exchange)
    }
    return exchange
  }
  const end = (exchange: Exchange) => {
    const { check, response } = exchange
    if (exchange.to === 'idp' && response) codesIn(response).forEach((code) => issue(code, 'code', check))
    if (exchange.from === 'target' && response) issuedIn(response).forEach((one) => issue(one, 'code or token', check))
    for (const invariant of invariants) {
      const violation = invariant.inspect(exchange, world)
      if (violation && breaches.length < keptBreaches)
        breaches.push({
          invariant,
          violation,
          check,
          ...(breaches.every((breach) => breach.invariant !== invariant) && { exchange }),
        })
    }
    return exchange
  }

  return {
    record: (bare) => end(begin(bare)),
    arrive(bare) {
      const exchange = begin(bare)
      return (answer) => void end(Object.assign(exchange, answer))
    },
    listen(hears) {
      listeners.add(hears)
      return () => void listeners.delete(hears)
    },
    of: (check) => written(keptFor(check)),
    fromTarget: (check) => fromTarget.get(check) ?? [],
    beginCase(check) {
      fromTarget.set(check, [])
      byCheck.set(
        check,
        (byCheck.get(check) ?? []).filter(({ phase }) => phase === 'control'),
      )
    },
    pinCase: (check) => void pinned.set(check, byCheck.get(check) ?? []),
    written,
    hide: (token) => issue(token, 'token', null),
    redactor: (check) => redactor(keptFor(check)),
    inspected: () => n,
    breaches: () => breaches,
  }
}

/**
 * Whose traffic this is: the check that was given the code or the refresh token in the form; or else those whose tags stand in the
 * request; or else the only one whose tenant or client does. A target that was set up by hand shares them among all checks.
 */
const concernedIn =
  (world: World, askerOf: (given: string) => CheckId | undefined) =>
  ({ request }: Omit<Exchange, 'n'>): CheckId[] => {
    const body = textOf(request)
    const form = decodeForm(body)
    const given = [...valuesOf(form, 'code'), ...valuesOf(form, 'refresh_token')].flatMap((one) => askerOf(one) ?? [])
    if (given.length > 0) return [...new Set(given)]
    const text = urlOf(request) + body
    const slices = Object.values(world.slices)
    const tagged = slices.filter(({ tag }) => text.includes(tag))
    if (tagged.length > 0) return tagged.map(({ check }) => check)
    const named = slices.filter(({ tenants, clients }) => [...tenants, ...clients].some(({ id }) => text.includes(id)))
    return named.length === 1 ? named.map(({ check }) => check) : []
  }
