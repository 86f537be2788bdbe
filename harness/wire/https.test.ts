import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Authority } from '../../fixtures/world/authority.ts'
import { makeAuthority } from '../../fixtures/world/authority.ts'
import type { Pairs, Wire, WireRequest } from '../../protocols/wire.ts'
import { textOf, textResponse } from '../../protocols/wire.ts'
import { httpsWire } from './https.ts'
import { serve } from './serve.ts'

let authority: Authority
beforeAll(async () => {
  authority = await makeAuthority()
})

/** Serves a wire, and asks it over HTTPS. */
const open = async (wire: Wire, { names = ['127.0.0.1'], trusted = authority } = {}) => {
  const served = await serve(wire, await authority.issue(names))
  const client = httpsWire({ ca: [trusted.certificate] })
  onTestFinished(async () => {
    await client.close()
    await served.close()
  })
  const ask = (changed: Partial<WireRequest> = {}, signal?: AbortSignal) =>
    client({ method: 'GET', origin: `https://127.0.0.1:${served.port}`, rawPath: '/', headers: [], ...changed }, signal)
  return { ask, port: served.port }
}
const ok = async () => textResponse(200, 'ok')
const longest = 1_048_576

describe('the handshake', () => {
  test('succeeds with the authority of the world', async () => {
    const { ask } = await open(ok)
    expect(textOf(await ask())).toBe('ok')
  })

  test('fails without it', async () => {
    const { ask } = await open(ok, { trusted: await makeAuthority() })
    await expect(ask()).rejects.toThrow(/certificate/i)
  })

  test('fails for a host that the certificate does not name', async () => {
    const { ask } = await open(ok, { names: ['localhost'] })
    await expect(ask()).rejects.toThrow(/127\.0\.0\.1/)
  })
})

describe('a request', () => {
  test('arrives with its path raw and its repeated headers separate', async () => {
    const seen: WireRequest[] = []
    const { ask, port } = await open(async (request) => {
      seen.push(request)
      return textResponse(200, '')
    })
    const headers: Pairs = [
      ['X-Twice', '1'],
      ['X-Twice', '2'],
      ['cookie', 'a=1'],
    ]
    await ask({ rawPath: '/a/../b//c;d?x=%zz&x=%2F&y=[]', headers })
    expect(seen).toMatchObject([
      { method: 'GET', origin: `https://127.0.0.1:${port}`, rawPath: '/a/../b//c;d?x=%zz&x=%2F&y=[]' },
    ])
    expect(seen[0]).not.toHaveProperty('body')
    expect(seen[0]?.headers.filter(([name]) => /^(x-twice|cookie)$/i.test(name))).toEqual(headers)
  })

  test('arrives with its body byte for byte', async () => {
    const { ask } = await open(async ({ method, body = new Uint8Array() }) => ({
      status: 200,
      headers: [['x-method', method]],
      body,
    }))
    const body = Uint8Array.from({ length: 300 }, (_, index) => index % 256)
    const response = await ask({ method: 'POST', body })
    expect(Buffer.from(body).equals(response.body)).toBe(true)
    expect(response.headers).toContainEqual(['x-method', 'POST'])
  })
})

describe('an answer', () => {
  test('keeps its status and its repeated headers separate, in lower case', async () => {
    const headers: Pairs = [
      ['Set-Cookie', 'a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT'],
      ['X-Twice', '1, 2'],
      ['Set-Cookie', 'b=2'],
      ['X-Twice', '3'],
    ]
    const { ask } = await open(async () => ({ status: 418, headers, body: new Uint8Array() }))
    const response = await ask()
    const named = (name: string) => response.headers.flatMap(([key, value]) => (key === name ? [value] : []))
    expect(response.status).toBe(418)
    expect(named('set-cookie')).toEqual(['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'b=2'])
    expect(named('x-twice')).toEqual(['1, 2', '3'])
  })

  test('that redirects is not followed', async () => {
    const { ask } = await open(async () => textResponse(302, '', [['location', '/elsewhere']]))
    expect(await ask()).toMatchObject({ status: 302 })
  })

  test('may have 1 MiB and not a byte more', async () => {
    const { ask } = await open(async ({ rawPath }) => ({
      status: 200,
      headers: [],
      body: new Uint8Array(Number(rawPath.slice(1))),
    }))
    expect((await ask({ rawPath: `/${longest}` })).body).toHaveLength(longest)
    await expect(ask({ rawPath: `/${longest + 1}` })).rejects.toThrow(/more than 1048576 bytes/)
  })

  test('that never comes leaves a broken connection, and the next request is served', async () => {
    const { ask } = await open(async ({ rawPath }) => {
      if (rawPath === '/broken') throw new Error('our mistake')
      return textResponse(200, 'ok')
    })
    await expect(ask({ rawPath: '/broken' })).rejects.toThrow(/closed|ECONNRESET|socket/)
    expect(textOf(await ask())).toBe('ok')
  })

  test('is no longer waited for once the signal is aborted', async () => {
    const controller = new AbortController()
    const { ask } = await open(() => {
      controller.abort(new Error('no longer wanted'))
      return new Promise(() => undefined)
    })
    await expect(ask({}, controller.signal)).rejects.toThrow('no longer wanted')
  })
})

test('a port that is taken is an error by name', async () => {
  const { port } = await open(ok)
  const again = serve(ok, await authority.issue(['127.0.0.1']), { port })
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
