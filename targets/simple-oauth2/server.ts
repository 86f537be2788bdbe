import { serveKeeper } from '../keeper-server.ts'
import { makeKeeper } from './keeper.ts'

serveKeeper(makeKeeper)
