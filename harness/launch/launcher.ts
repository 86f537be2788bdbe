import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Trouble, troubleData, troubleOf } from '../trouble.ts'
import type { TroubleData } from '../trouble.ts'
import type { Child, Order } from './child.ts'
import { startChild } from './child.ts'

/** Where a worker asks the main process to start a target. Plain data, so that it can be provided to threads. */
export type LauncherAddress = { url: string; token: string }

/** The main process's side: it owns every child process. */
export type Launcher = { address: LauncherAddress; close(): Promise<void>; killAll(): void }

/** Listens on loopback for orders that carry the token. */
export const openLauncher = async (): Promise<Launcher> => {
  const token = randomUUID()
  const children = new Map<string, Child>()
  const starting = new Set<Promise<unknown>>()
  const spawned = new Set<() => void>()

  const start = async (order: Order) => {
    const id = randomUUID()
    children.set(id, await startChild(order, (kill) => spawned.add(kill)))
    return { id }
  }
  const stop = async ({ id }: { id: string }) => {
    await children.get(id)?.stop()
    children.delete(id)
    return {}
  }

  const server = createServer((request, response) => {
    const handle = async () => {
      if (request.headers.authorization !== `Bearer ${token}`) return { status: 403, answer: {} }
      const body = JSON.parse(await textOf(request)) as never
      const work = request.url === '/start' ? start(body) : stop(body)
      starting.add(work)
      try {
        return { status: 200, answer: await work }
      } catch (cause) {
        if (!(cause instanceof Trouble)) throw cause
        return { status: 409, answer: troubleData(cause) }
      } finally {
        starting.delete(work)
      }
    }
    handle().then(
      ({ status, answer }) => response.writeHead(status).end(JSON.stringify(answer)),
      (cause: unknown) => response.writeHead(500).end(JSON.stringify({ message: String(cause) })),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    address: { url: `http://127.0.0.1:${port}`, token },
    killAll: () => spawned.forEach((kill) => kill()),
    async close() {
      await Promise.allSettled(starting)
      await Promise.all([...children.values()].map((child) => child.stop()))
      server.close()
      server.closeAllConnections()
    },
  }
}

const textOf = async (request: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Asks the main process to start a target; the answer stops it. Throws the {@link Trouble} it met. */
export const launchThrough = async ({ url, token }: LauncherAddress, order: Order): Promise<() => Promise<void>> => {
  const ask = async (path: string, body: unknown) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { id: string } & TroubleData
    if (response.status === 409) throw troubleOf(answer)
    if (!response.ok) throw new Error(`the launcher answered ${response.status}: ${JSON.stringify(answer)}`)
    return answer
  }
  const { id } = await ask('/start', order)
  return async () => void (await ask('/stop', { id }))
}
