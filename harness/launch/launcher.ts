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
    const child = await startChild(order, (kill) => spawned.add(kill))
    children.set(id, child)
    return { id, words: child.words }
  }
  const restart = async ({ id }: { id: string }) => {
    await children.get(id)?.restart()
    return {}
  }
  const output = ({ id }: { id: string }) => ({ output: children.get(id)?.output().toString('base64') ?? '' })
  const stop = async ({ id }: { id: string }) => {
    await children.get(id)?.stop()
    children.delete(id)
    return {}
  }

  const tasks: Readonly<Record<string, (body: never) => unknown>> = {
    '/start': start,
    '/restart': restart,
    '/output': output,
  }

  const server = createServer((request, response) => {
    const handle = async () => {
      if (request.headers.authorization !== `Bearer ${token}`) return { status: 403, answer: {} }
      const body = JSON.parse(await textOf(request)) as never
      const work = Promise.resolve((tasks[request.url ?? ''] ?? stop)(body))
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

/** A target that the main process has started: what it prints, and the words of its command. */
type LaunchedTarget = Pick<Child, 'stop' | 'restart' | 'words'> & { output(): Promise<Buffer> }

/** Asks the main process to start a target. Throws the {@link Trouble} it met. */
export const launchThrough = async ({ url, token }: LauncherAddress, order: Order): Promise<LaunchedTarget> => {
  const ask = async (path: string, body: unknown) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { id: string; words: Child['words']; output: string } & TroubleData
    if (response.status === 409) throw troubleOf(answer)
    if (!response.ok) throw new Error(`the launcher answered ${response.status}: ${JSON.stringify(answer)}`)
    return answer
  }
  const { id, words } = await ask('/start', order)
  return {
    words,
    stop: async () => void (await ask('/stop', { id })),
    restart: async () => void (await ask('/restart', { id })),
    output: async () => Buffer.from((await ask('/output', { id })).output, 'base64'),
  }
}
