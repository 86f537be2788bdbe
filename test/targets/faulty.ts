import type { FaultId } from '../../mocks/faults.ts'
import { faulty } from '../../mocks/faults.ts'
import { referenceBroker } from '../../targets/reference/target.ts'

/** The reference broker with the fault that the environment names. */
export default referenceBroker(faulty(process.env['BROKERSPEC_FAULT'] as FaultId))
