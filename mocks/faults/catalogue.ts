import type { Policies } from '../broker/policies.ts'
import { honest } from '../broker/policies.ts'
import { answerFaults } from './answer.ts'
import { flowFaults } from './authorize-flow.ts'
import type { Fault } from './fault.ts'
import { redirectFaults } from './redirect-matching.ts'

/** Every fault of the reference targets, in one flat catalogue. */
export const faults = { ...redirectFaults, ...flowFaults, ...answerFaults } as const

export type FaultId = keyof typeof faults

/** The policies of the reference broker with one fault. */
export const faulty = (id: FaultId): Policies => {
  const { policy, instead }: Fault = faults[id]
  return { ...honest, [policy]: instead }
}
