import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import type { CacheProvision } from '../fixtures/world/cache-provision.ts'

/** What a call comes to, as a token cache answers it. */
export type Answer =
  | { outcome: 'data' }
  | { outcome: 'no-token'; trustUrl: string }
  | { outcome: 'failed'; says: string }

/** A library that keeps tokens: it calls a resource for a user, and takes the code that a trust dialog comes back with. */
export type Keeper = {
  call(user: string, realm: string, resource: string): Promise<Answer>
  comesBack(state: string, code: string): Promise<boolean>
  /** Calls a resource for the app alone; absent: the library is not used for that. */
  callAlone?(realm: string, resource: string): Promise<Answer>
}

type Said = { status: number; json: unknown }

/** Serves a keeper over HTTPS, as the arguments of the process say: its provision document, port, certificate and key. */
export const serveKeeper = (make: (provision: CacheProvision) => Keeper): void => {
  const { values } = parseArgs({
    options: {
      provision: { type: 'string', default: '' },
      port: { type: 'string', default: '0' },
      cert: { type: 'string', default: '' },
      key: { type: 'string', default: '' },
    },
  })
  const keeper = make(JSON.parse(readFileSync(values.provision, 'utf8')) as CacheProvision)

  const answer = async (method: string, url: URL, body: string): Promise<Said> => {
    const form = new URLSearchParams(body)
    const { searchParams: query, pathname } = url
    if (method === 'POST' && pathname === '/call') {
      const [user = '', realm = '', resource = ''] = ['user', 'realm', 'resource'].map((name) => form.get(name) ?? '')
      return { status: 200, json: await keeper.call(user, realm, resource) }
    }
    if (method === 'POST' && pathname === '/call-alone' && keeper.callAlone !== undefined) {
      const [realm = '', resource = ''] = ['realm', 'resource'].map((name) => form.get(name) ?? '')
      return { status: 200, json: await keeper.callAlone(realm, resource) }
    }
    if (pathname === '/callback') {
      const done = await keeper.comesBack(query.get('state') ?? '', query.get('code') ?? '')
      return { status: done ? 200 : 400, json: { done } }
    }
    return pathname === '/health' ? { status: 200, json: 'ok' } : { status: 404, json: 'not found' }
  }

  createServer({ cert: readFileSync(values.cert), key: readFileSync(values.key) }, (request, response) => {
    const respond = async () => {
      const asked = async () =>
        answer(request.method ?? 'GET', new URL(request.url ?? '/', 'https://localhost'), await text(request))
      const { status, json } = await asked().catch((): Said => ({ status: 500, json: 'it failed' }))
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(json))
    }
    void respond()
  }).listen(Number(values.port), '127.0.0.1')
}
