import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Wire, WireRequest } from '../../protocols/wire.ts'
import { textResponse } from '../../protocols/wire.ts'
import type { AlreadyRunning } from '../target/target.ts'
import { Trouble } from '../trouble.ts'
import { requirePermission } from './permission.ts'

const token = 'a token of our own'
const digest = createHash('sha256').update(token).digest('hex')
const authorisation = { by: 'the owner', until: '2026-03-31', token }
const now = Date.UTC(2026, 2, 31, 23, 59, 59)
const local = { party: 'https://localhost:8443' }
const remote = { party: 'https://trust.product.example' }
const two = { ...remote, also: ['https://login.product.example:8443'] }

type Given = {
  origins?: AlreadyRunning['origins']
  authorisation?: AlreadyRunning['authorisation'] | null
  at?: number
}

/** What comes of a request for permission, where hosts answer so. */
const ask = async ({ origins = remote, authorisation: given = authorisation, at = now }: Given, host: Wire) => {
  const asked: WireRequest[] = []
  const attach = {
    origins,
    provision: 'p.json',
    mocks: { idp: 'https://localhost:1' },
    ...(given && { authorisation: given }),
  }
  const wire: Wire = (request) => {
    asked.push(request)
    return host(request)
  }
  const outcome = await requirePermission(attach, wire, { now: at, within: 1_000 }).catch((cause: unknown) => cause)
  return { asked: asked.map(({ method, origin, rawPath }) => `${method} ${origin}${rawPath}`), outcome }
}
const confirms: Wire = async () => textResponse(200, `${digest}\n`)
const nobody: Wire = async () => {
  throw new Error('connection refused')
}

test.each(['https://localhost:1', 'https://127.0.0.1', 'https://127.9.9.9:1', 'https://[::1]:1'])(
  '%s is on this machine, and is asked for nothing',
  async (party) => {
    expect(await ask({ origins: { party }, authorisation: null }, nobody)).toEqual({ asked: [], outcome: undefined })
  },
)

test('a host that confirms the token may be attacked to the end of the last day', async () => {
  const asked = ['GET https://trust.product.example/.well-known/brokerspec']
  expect(await ask({}, confirms)).toEqual({ asked, outcome: undefined })
  const among: Wire = async () => textResponse(200, `0000\r\n  ${digest.toUpperCase()}\r\n`)
  expect(await ask({}, among)).toEqual({ asked, outcome: undefined })
})

test('every origin that is elsewhere must confirm it', async () => {
  const onlyFirst: Wire = async ({ origin }) => textResponse(origin === two.party ? 200 : 404, digest)
  const { asked, outcome } = await ask({ origins: two }, onlyFirst)
  expect(asked).toHaveLength(2)
  expect(outcome).toMatchObject({ kind: 'usage', place: expect.stringContaining('attach.origins.also.0') })
  const mixed = await ask({ origins: { ...local, also: two.also } }, confirms)
  expect(mixed.asked).toEqual(['GET https://login.product.example:8443/.well-known/brokerspec'])
})

describe('nothing is attacked', () => {
  const refusal = async (given: Given, host: Wire) => {
    const { asked, outcome } = await ask(given, host)
    expect(outcome).toBeInstanceOf(Trouble)
    expect(JSON.stringify(outcome)).not.toContain(token)
    return { asked, ...(outcome as Trouble), message: (outcome as Trouble).message }
  }

  test.each([
    'https://trust.k2.com',
    'https://0.0.0.0:1',
    'https://localhost.evil.example',
    'https://127.0.0.1.evil.example',
    'https://10.0.0.1',
    'https://[::ffff:7f00:1]',
  ])('at %s when nobody allows it', async (party) => {
    const { kind, place, mend, asked } = await refusal({ origins: { party }, authorisation: null }, confirms)
    expect([kind, place, asked]).toEqual(['usage', `attach.origins.party: ${party}`, []])
    expect(mend).toContain('attach.authorisation')
  })

  test('when the permission is over, and the host is not even asked', async () => {
    const { kind, place, asked } = await refusal({ at: now + 1_000 }, confirms)
    expect([kind, place, asked]).toEqual(['usage', 'attach.authorisation.until: 2026-03-31', []])
  })

  test.each<[string, Wire]>([
    ['404', async () => textResponse(404, digest)],
    ['302', async () => textResponse(302, digest, [['location', 'https://elsewhere.example']])],
    ['another text', async () => textResponse(200, 'welcome')],
    ['the token itself', async () => textResponse(200, token)],
    ['the digest of another', async () => textResponse(200, createHash('sha256').update('x').digest('hex'))],
    ['the digest within a line', async () => textResponse(200, `echo ${digest}`)],
  ])('when the host answers with %s', async (_, host) => {
    const { kind, place, mend } = await refusal({}, host)
    expect([kind, place]).toEqual(['usage', 'attach.origins.party: https://trust.product.example'])
    expect(mend).toContain(digest)
  })

  test('when the host does not answer', async () => {
    const { kind, message } = await refusal({}, nobody)
    expect([kind, message]).toEqual(['unreachable', expect.stringContaining('connection refused')])
  })
})
