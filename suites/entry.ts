import { inject } from 'vitest'
import { register } from '../harness/vitest/register.ts'
import { checks, invariants } from './index.ts'

await register(inject('brokerspec'), { checks, invariants })
