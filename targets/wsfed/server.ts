import { runProgram } from '../program.ts'
import { makeService } from './service.ts'

await runProgram('wsfed', makeService)
