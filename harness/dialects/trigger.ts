import type { TriggeredRowId } from '../../fixtures/error-table.ts'
import { encodeForm } from '../../protocols/form.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { get, post } from './authorize.ts'
import type { Endpoints } from './dialect.ts'

/** A request that a target declares to end in a row: a GET of `path`, or a POST of `form` to it. */
export type Trigger = { path: string; form?: Record<string, string>; headers?: Record<string, string> }

/** The declared triggers, by row. */
export type Triggers = Partial<Record<TriggeredRowId, Trigger>>

/** Whom a trigger may name: a registered party, its URL, its tenant, a client. */
export type Named = Record<'realm' | 'reply' | 'tenant' | 'client', string>

/** The request of a trigger. `{realm}` and the like are replaced in path and form; in the path they are percent-encoded. */
export const triggerRequest = (
  { path, form, headers = {} }: Trigger,
  named: Named,
  { target }: Pick<Endpoints, 'target'>,
): WireRequest => {
  const filled = (text: string, encode: (value: string) => string) =>
    Object.entries(named).reduce((kept, [name, value]) => kept.replaceAll(`{${name}}`, () => encode(value)), text)
  const rawPath = filled(path, encodeURIComponent)
  const request =
    form === undefined
      ? get(target, rawPath)
      : post(
          target,
          rawPath,
          encodeForm(Object.entries(form).map(([name, value]) => [name, filled(value, (plain) => plain)])),
        )
  return { ...request, headers: [...request.headers, ...Object.entries(headers)] }
}
