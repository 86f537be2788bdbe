import { decodeForm } from '../../protocols/form.ts'
import { textOf } from '../../protocols/wire.ts'
import type { Exchange } from '../record/exchange.ts'
import type { Violation } from './blame.ts'
import type { Shared } from './check.ts'

/** What is judged of all that the target sends a mock, as long as a check lasts, and the first that it was accused of. */
export type LateWatch = {
  hears(exchange: Exchange): void
  afterwards: Shared['afterwards']
  heard(): Violation | undefined
}

/** Watches what a target sends once it has answered. */
export const lateWatch = (): LateWatch => {
  const judges = new Map<string, Parameters<Shared['afterwards']>[1]>()
  const seen: { first?: Violation } = {}
  return {
    hears(exchange) {
      if (judges.size === 0 || seen.first !== undefined) return
      const values = decodeForm(textOf(exchange.request)).map(([, value]) => value)
      const [violation] = values.flatMap((value) => judges.get(value)?.(exchange) ?? [])
      if (violation) seen.first = violation
    },
    afterwards: (text, accuses) => void judges.set(text, accuses),
    heard: () => seen.first,
  }
}
