import type { TriggeredRowId } from '../../fixtures/error-table.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { get, post } from './authorize.ts'
import type { Endpoints } from './dialect.ts'
import type { RequestTemplate } from './form-template.ts'
import { fillForm } from './form-template.ts'

/** A request that a target declares to end in a row: a GET of `path`, or a POST of `form` to it. */
export type Trigger = RequestTemplate

/** The declared triggers, by row. */
export type Triggers = Partial<Record<TriggeredRowId, Trigger>>

/** Whom a trigger may name: a registered party, its URL, its tenant, a client. */
export type Named = Record<'realm' | 'reply' | 'tenant' | 'client', string>

/** The request of a trigger. `{realm}` and the like are replaced in path, form and headers; in the path they are percent-encoded. */
export const triggerRequest = (trigger: Trigger, named: Named, { target }: Pick<Endpoints, 'target'>): WireRequest => {
  const { rawPath, form, headers } = fillForm(trigger, named)
  const request = form === undefined ? get(target, rawPath) : post(target, rawPath, form)
  return { ...request, headers: [...request.headers, ...headers] }
}
