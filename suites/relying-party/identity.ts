import type { Identity } from '../../harness/target/relying-party.ts'
import type { WireResponse } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'

/** What a page says of who is signed in, in the form that the target file promises; nothing when it says so in no such form. */
export const saidOf = (response: WireResponse): Identity | undefined => {
  const said = parsed(textOf(response))
  if (typeof said !== 'object' || said === null || !('name' in said) || typeof said.name !== 'string') return undefined
  const claims = 'claims' in said && typeof said.claims === 'object' && said.claims !== null ? said.claims : {}
  return {
    name: said.name,
    claims: Object.fromEntries(
      Object.entries(claims).map(([type, values]) => [type, (Array.isArray(values) ? values : [values]).map(String)]),
    ),
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether two say the same of the same. */
export const isSame = (one: Identity | undefined, other: Identity | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** Everything that an identity says, as values. */
export const valuesSaid = ({ name, claims }: Identity): string[] => [name, ...Object.values(claims).flat()]
