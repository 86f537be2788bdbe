import type { User } from '../../../fixtures/world/shapes.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import type { Model, Open } from './model.ts'
import type { Step } from './step.ts'

/** A request that was begun, and how far it went. */
type Begun = Open & { journey: Journey }

/** Where a history is played: the browsers of its people, what they have begun, and the model that says what is owed. */
export type Stage = {
  context: Context
  trust: PartyTrust
  model: Model
  windows: readonly Browser[]
  begun: Map<Open, Begun>
}

/** The step of a name. */
export type Of<Does extends Step['does']> = Extract<Step, { does: Does }>

/** Something that came out against the model. */
export const crossed = (kind: string, expected: string, actual: string): Violation =>
  new Violation(kind, { expected, actual })

/** Some users, in words. */
export const namesOf = (users: readonly User[]): string =>
  users.length === 0 ? 'nobody' : users.map(({ name }) => name).join(' or ')
