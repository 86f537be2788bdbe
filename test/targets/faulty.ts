import type { FaultId } from '../../mocks/faults/catalogue.ts'
import { faulty } from '../../mocks/faults/catalogue.ts'
import { referenceBroker } from '../../targets/reference/target.ts'

/** The reference broker with the fault that the environment names. */
export default referenceBroker(faulty(process.env['BROKERSPEC_FAULT'] as FaultId))
