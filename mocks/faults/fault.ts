import type { ClauseId } from '../../fixtures/clauses/clause.ts'
import type { Policies } from '../broker/policies.ts'

type Replacement = { [Name in keyof Policies]: { policy: Name; instead: Policies[Name] } }[keyof Policies]

/** A broken variant of a reference target: one policy replaced. Absent means honest. */
export type Fault = { does: string; breaks: ClauseId } & Replacement
