import { runProgram } from '../program.ts'
import { makeProvider } from './provider.ts'

await runProgram('oidc-provider', async (provision, origin) => (await makeProvider(provision, origin)).callback())
