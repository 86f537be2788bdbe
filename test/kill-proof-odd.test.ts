import { proveKills } from './kill-proof.ts'

await proveKills(1)
