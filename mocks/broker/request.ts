import { decodeForm, queryOf, valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { headerOf, textOf } from '../../protocols/wire.ts'
import { originalOf } from '../wire.ts'
import type { Form } from './policies.ts'

/** A request as the broker reads it. `begun` are the flows that its cookies speak of, each a state and a mark. */
export type Read = {
  form: Form
  accept: string
  headers: Pairs
  begun: { state: string; mark: string }[]
  query: Pairs
  values(name: string): string[]
  one(name: string): string | undefined
}

/** Reads the query of a GET and the form of a POST. */
export const readRequest = (request: Request): Read => {
  const original = originalOf(request)
  const method = original.method === 'POST' ? 'POST' : 'GET'
  const query = queryOf(original.rawPath)
  const parameters = method === 'POST' ? decodeForm(textOf(original)) : query
  const begun = [...(headerOf(original.headers, 'cookie') ?? '').matchAll(/begun-([^=;]+)=([^;]+)/g)].map(
    ([, state = '', mark = '']) => ({ state, mark }),
  )
  const values = (name: string) => valuesOf(parameters, name)
  return {
    form: { method, parameters, returning: begun.length > 0 },
    accept: headerOf(original.headers, 'accept') ?? '',
    headers: original.headers,
    begun,
    query,
    values,
    one: (name) => values(name)[0],
  }
}
