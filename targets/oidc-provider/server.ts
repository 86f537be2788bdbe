import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { parseArgs } from 'node:util'
import { provisionSchema } from '../../fixtures/world/provision.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { makeProvider } from './provider.ts'

const readArguments = () => {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { provision: text, port: text, cert: text, key: text } })
  const { provision, port, cert, key } = values
  if (provision === undefined || port === undefined || cert === undefined || key === undefined) {
    throw new Error('usage: server.ts --provision FILE --port N --cert FILE --key FILE')
  }
  return { provision, port: Number(port), cert, key }
}

const readProvision = async (path: string): Promise<Provision> => {
  const read = provisionSchema.safeParse(parsed(await readFile(path, 'utf8'), path))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Error(`${path}: ${[...(issue?.path ?? []), issue?.message].join(': ')}`)
}

const parsed = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${path}: not JSON`, { cause })
  }
}

const start = async () => {
  const { provision, port, cert, key } = readArguments()
  const known = await readProvision(provision)
  const server = createServer({ cert: await readFile(cert), key: await readFile(key), keepAliveTimeout: 60_000 })
  const provider = await makeProvider(known, `https://127.0.0.1:${port}`)
  server.on('request', provider.callback())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  process.once('SIGTERM', () => {
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}

await start().catch((cause: unknown) => {
  const message = cause instanceof Error ? cause.message : String(cause)
  console.error(`oidc-provider target: ${message.replaceAll(/\s+/g, ' ')}`)
  process.exit(2)
})
