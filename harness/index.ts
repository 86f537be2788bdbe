/** What a target file needs. */
export { defineTarget } from './target/target.ts'
export type { Attach, Running, Surroundings, Target, TargetDefinition } from './target/target.ts'
export type { Provision } from '../fixtures/world/provision.ts'
export type { AuthorizeInput, Dialect, Endpoints, Operation, Outcome } from './dialects/dialect.ts'
export type { Exchange } from './record/exchange.ts'
export type { Clock } from '../protocols/clock.ts'
export type { Wire, WireRequest, WireResponse } from '../protocols/wire.ts'
