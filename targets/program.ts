import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { parseArgs } from 'node:util'
import { provisionSchema } from '../fixtures/world/provision.ts'
import type { Provision } from '../fixtures/world/provision.ts'

/**
 * Runs a target as a program of its own: it reads its arguments and the provision document, and serves over HTTPS on
 * loopback until SIGTERM. What goes wrong before that is told in a line, and the exit code is 2.
 */
export const runProgram = async (
  name: string,
  make: (provision: Provision, origin: string) => Promise<RequestListener>,
): Promise<void> => {
  try {
    await start(make)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    console.error(`${name} target: ${message.replaceAll(/\s+/g, ' ')}`)
    process.exit(2)
  }
}

const start = async (make: Parameters<typeof runProgram>[1]) => {
  const { provision, port, cert, key } = readArguments()
  const known = await readProvision(provision)
  const server = createServer({ cert: await readFile(cert), key: await readFile(key), keepAliveTimeout: 60_000 })
  server.on('request', await make(known, `https://127.0.0.1:${port}`))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  process.once('SIGTERM', () => {
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}

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
