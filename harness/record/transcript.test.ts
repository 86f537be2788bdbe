import { describe, expect, test } from 'vitest'
import { single } from '../../fixtures/world/slice.ts'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import { Violation } from '../judge/blame.ts'
import type { Invariant } from '../judge/check.ts'
import type { Exchange } from './exchange.ts'
import { makeTranscript } from './transcript.ts'

const needs = { shape: single }
const world = worldOf(1, [{ id: 'one', needs }, { id: 'two', needs }], {} as Keyring) // prettier-ignore
const two = world.slices['two']

const sent = (check: string | null, rawPath: string, changed: Partial<Exchange> = {}): Omit<Exchange, 'n'> => ({
  check,
  phase: 'run',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 0,
  request: { method: 'GET', origin: 'https://broker.test', rawPath, headers: [] },
  ...changed,
})
const pathsOf = (evidence: readonly { request: { url: string } }[]) =>
  evidence.map(({ request }) => request.url.replace('https://broker.test', ''))

describe('a transcript', () => {
  test('numbers exchanges and keeps those of each check apart, oldest first', () => {
    const { record, of, inspected } = makeTranscript(world, [])
    const recorded = [record(sent('one', '/a')), record(sent('two', '/b')), record(sent('one', '/c'))]
    expect(recorded.map(({ n }) => n)).toEqual([1, 2, 3])
    expect(of('one').map(({ n }) => n)).toEqual([1, 3])
    expect(pathsOf(of('two'))).toEqual(['/b'])
    expect(inspected()).toBe(3)
  })

  test('keeps the newest 60 of a check', () => {
    const { record, of, inspected } = makeTranscript(world, [])
    for (let index = 0; index < 75; index += 1) record(sent('one', `/${index}`))
    expect(pathsOf(of('one'))).toEqual(Array.from({ length: 60 }, (_, index) => `/${index + 15}`))
    expect(inspected()).toBe(75)
  })

  test('begins a case by forgetting the cases before, but for the control', () => {
    const { record, of, beginCase } = makeTranscript(world, [])
    record(sent('one', '/control', { phase: 'control' }))
    record(sent('one', '/first'))
    record(sent('two', '/other'))
    beginCase('one')
    record(sent('one', '/second'))
    expect([pathsOf(of('one')), pathsOf(of('two'))]).toEqual([['/control', '/second'], ['/other']])
  })

  test('tells what the target sent in a case, for its check or for nobody', () => {
    const { record, fromTarget, beginCase } = makeTranscript(world, [])
    const own = (check: string | null, rawPath: string) => sent(check, rawPath, { from: 'target', to: 'idp' })
    record(own('one', '/before'))
    beginCase('one')
    beginCase('two')
    for (const [check, path] of [['one', '/grant'], ['two', '/other'], [null, '/keys']] as const) record(own(check, path)) // prettier-ignore
    record(sent('one', '/browser'))
    expect(fromTarget('one').map(({ request }) => request.rawPath)).toEqual(['/grant', '/keys'])
    beginCase('one')
    expect([fromTarget('one'), fromTarget('two').length, fromTarget('three')]).toEqual([[], 2, []])
  })

  test('knows a request of the target when it comes, and what came of it later', () => {
    const { arrive, listen, fromTarget, beginCase, breaches, inspected } = makeTranscript(world, [])
    const heard: Exchange[] = []
    beginCase('one')
    const stop = listen((exchange) => heard.push(exchange))
    const answered = arrive(sent('one', '/token', { from: 'target', to: 'idp' }))
    stop()
    const [grant] = fromTarget('one')
    expect([heard, grant?.response, inspected()]).toEqual([[grant], undefined, 1])
    answered({ response: { status: 200, headers: [], body: new Uint8Array() } })
    expect([grant?.response?.status, breaches()]).toEqual([200, []])
    arrive(sent('one', '/token', { from: 'target', to: 'idp' }))({ broke: 'reset' })
    expect([heard.length, fromTarget('one').map(({ broke }) => broke)]).toEqual([1, [undefined, 'reset']])
  })

  test('shows the pinned case, whatever comes after, and the last that was pinned', () => {
    const { record, of, beginCase, pinCase } = makeTranscript(world, [])
    for (const path of ['/big', '/small', '/passes']) {
      beginCase('one')
      record(sent('one', path))
      if (path !== '/passes') pinCase('one')
    }
    expect(pathsOf(of('one'))).toEqual(['/small'])
  })

  test('is written without the codes that its own exchanges hand out, however many were issued since', () => {
    const { record, of } = makeTranscript(world, [])
    const code = (n: number) => `code-${String(n).padStart(8, '0')}-abcdef`
    const handOut = (check: string, n: number) => {
      const headers: [string, string][] = [['location', `https://broker.test/cb?code=${code(n)}`]]
      record(sent(check, `/page/${code(n)}`, { to: 'idp', response: { status: 302, headers, body: new Uint8Array() } }))
    }
    handOut('one', 0)
    for (let n = 1; n < 6_000; n += 1) handOut('two', n)
    expect(pathsOf(of('one'))).toEqual(['/page/[redacted code or token]'])
    expect(JSON.stringify(of('two'))).not.toMatch(/code-\d/)
  })

  test('is written without secrets', () => {
    const { record, of } = makeTranscript(world, [])
    record(sent('one', `/?s=${two?.clients[0]?.secret}`))
    expect(pathsOf(of('one'))).toEqual(['/?s=[redacted client secret]'])
  })
})

describe('what nobody claimed is laid to the check', () => {
  test.each([
    ['tag', two?.tag],
    ['tenant', two?.tenants[0]?.id],
    ['client', two?.clients[0]?.id],
  ])('whose %s it names, in URL or body', (_, mark) => {
    const { record } = makeTranscript(world, [])
    expect(record(sent(null, `/${mark}/keys`)).check).toBe('two')
    const { request } = sent(null, '/')
    const body = new TextEncoder().encode(`client=${mark}`)
    expect(record(sent(null, '/', { request: { ...request, body } })).check).toBe('two')
  })

  test('that was given the code or the refresh token in it, whoever else it names', () => {
    const { record, fromTarget, beginCase } = makeTranscript(world, [])
    const [code, token] = ['code-0123456789abcdef', 'refresh-0123456789abcdef']
    const posting = (form: string): Exchange['request'] => ({ ...sent(null, '/').request, body: Buffer.from(form) })
    const headers: [string, string][] = [['location', `https://broker.test/cb?code=${code}`]]
    record(sent('one', '/', { to: 'idp', response: { status: 302, headers, body: new Uint8Array() } }))
    beginCase('two')
    const request = posting(`code=${code}&client_secret=${two?.clients[0]?.secret}`)
    const body = Buffer.from(`{"refresh_token":"${token}"}`)
    const response = { status: 200, headers: [], body }
    const grant = record(sent(null, '/', { from: 'target', to: 'idp', request, response }))
    const renewal = record(sent(null, '/', { from: 'target', to: 'idp', request: posting(`refresh_token=${token}&client_id=${two?.clients[0]?.id}`) })) // prettier-ignore
    expect([grant.check, renewal.check, fromTarget('two')]).toEqual(['one', 'one', []])
  })

  test('and to each whose tag it has', () => {
    const { record, fromTarget, beginCase } = makeTranscript(world, [])
    beginCase('one')
    beginCase('two')
    record(sent(null, `/${world.slices['one']?.tag}/${two?.tag}`, { from: 'target', to: 'idp' }))
    expect([fromTarget('one').length, fromTarget('two').length]).toEqual([1, 1])
  })

  test('and to none when it names none', () => {
    expect(makeTranscript(world, []).record(sent(null, '/keys')).check).toBeNull()
  })
})

describe('an invariant', () => {
  const asked: Exchange[] = []
  const invariant: Invariant = {
    id: 'no-x',
    title: 'no URL has an x',
    owes: 'no x',
    clauses: ['authorize.starts-code-flow'],
    kills: ['broker.leaks-secret-upstream'],
    inspect: (exchange) => {
      asked.push(exchange)
      return exchange.request.rawPath.includes('x')
        ? new Violation('x', { expected: 'no x', actual: 'an x' })
        : undefined
    },
  }

  test('is asked about every exchange at once, and its breaches name the check that provoked them', () => {
    const { record, breaches, written } = makeTranscript(world, [invariant])
    const first = record(sent('one', '/fine'))
    expect(asked).toEqual([first])
    expect(breaches()).toEqual([])
    record(sent(null, `/x/${two?.tag}?code=secret`))
    expect(breaches()).toMatchObject([{ invariant, check: 'two', violation: { kind: 'x' }, exchange: { n: 2 } }])
    record(sent('two', '/x/again'))
    expect(breaches().map(({ exchange }) => exchange?.n)).toEqual([2, undefined])
    const shown = breaches().flatMap(({ exchange }) => (exchange ? [exchange] : []))
    expect(written(shown)[0]?.request.url).toContain('code=[redacted]')
  })
})
