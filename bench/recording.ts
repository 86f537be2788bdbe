import type { Keyring } from '../fixtures/world/world.ts'
import type { Endpoints } from '../harness/dialects/dialect.ts'
import type { Invariant } from '../harness/judge/check.ts'
import type { Exchange } from '../harness/record/exchange.ts'
import { httpsWire } from '../harness/wire/https.ts'
import { serve } from '../harness/wire/serve.ts'
import type { Wire, WireRequest, WireResponse } from '../protocols/wire.ts'
import { headerOf, textOf } from '../protocols/wire.ts'
import { judgeAll, openReference, worldOfAll } from './check-set.ts'
import type { Stopwatch } from './stopwatch.ts'

/** Everything the browsers of a run sent and were answered, in order, and where it was sent. */
export type Recording = { at: Endpoints; exchanges: readonly Exchange[] }

/** Judges all checks once over HTTPS and keeps what went over the wire. */
export const record = async (keyring: Keyring): Promise<Recording> => {
  const exchanges: Exchange[] = []
  const recorder: Invariant = {
    id: 'bench.recorder',
    title: 'everything is kept',
    owes: 'nothing',
    clauses: ['authorize.starts-code-flow'],
    kills: ['broker.leaks-secret-upstream'],
    inspect: (exchange) => void (exchange.from === 'browser' && exchanges.push(exchange)),
  }
  const universe = await openReference(worldOfAll(keyring), 'https', { more: [recorder] })
  try {
    await judgeAll(universe)
    return { at: universe.at, exchanges }
  } finally {
    await universe.close()
  }
}

/**
 * Gives recorded answers, found by method, path, cookie and body. A request that was sent several times gets its answers in
 * the order in which they came.
 *
 * @throws Error for a request that was not recorded.
 */
export const stubOf = ({ exchanges }: Recording): Wire => {
  const answers = new Map<string, WireResponse[]>()
  for (const { request, response } of exchanges) {
    if (response === undefined) throw new Error('a request was not answered while recording')
    const list = answers.get(keyOf(request)) ?? []
    answers.set(keyOf(request), [...list, response])
  }
  const given = new Map<string, number>()
  return async (request) => {
    const key = keyOf(request)
    const count = given.get(key) ?? 0
    given.set(key, count + 1)
    const answer = answers.get(key)?.[count]
    if (answer === undefined) throw new Error(`not recorded: ${key}`)
    return answer
  }
}

const keyOf = (request: WireRequest) =>
  [request.method, request.rawPath, headerOf(request.headers, 'cookie') ?? '', textOf(request)].join(' ')

/** A stub in the places of target and provider, and the client's wire to it. */
export type StubSite = { wire: Wire; close(): Promise<void> }

/** Serves recorded answers over HTTPS on two ports, as target and provider are; the wire takes requests as recorded. */
export const serveStub = async (recording: Recording, keyring: Keyring, watch: Stopwatch): Promise<StubSite> => {
  const stub = watch.over(stubOf(recording))
  const identity = await keyring.ca.issue(['localhost', '127.0.0.1'])
  const [target, idp] = await Promise.all([serve(stub, identity), serve(stub, identity)])
  const client = httpsWire({ ca: [keyring.ca.certificate] })
  const origins = new Map([
    [recording.at.target, `https://127.0.0.1:${target.port}`],
    [recording.at.idp, `https://localhost:${idp.port}`],
  ])
  return {
    wire: (request, signal) => client({ ...request, origin: origins.get(request.origin) ?? request.origin }, signal),
    close: async () => void (await Promise.all([client.close(), target.close(), idp.close()])),
  }
}
