import { expect, test } from 'vitest'
import { makeUniverseClock } from '../clock/universe-clock.ts'
import type { WireRequest } from '../../protocols/wire.ts'
import { headerOf, textResponse } from '../../protocols/wire.ts'
import type { Exchange } from '../record/exchange.ts'
import { makeBrowser } from './browser.ts'

/** A browser before hosts that each set one cookie, given by host; it tells which cookies were sent. */
const open = (cookies: Record<string, string[]> = {}, clock = makeUniverseClock()) => {
  const browser = makeBrowser({
    wire: async ({ origin, rawPath }) =>
      textResponse(rawPath.startsWith('/go') ? 302 : 200, 'end', [
        ...(cookies[new URL(origin).hostname] ?? []).map((one): [string, string] => ['set-cookie', one]),
        ...(rawPath.startsWith('/go') ? [['location', rawPath.slice(4)] as [string, string]] : []),
      ]),
    actorAt: () => 'target',
    record: (exchange) => ({ ...exchange, n: 0, check: null, phase: 'run', at: 0 }) satisfies Exchange,
    signal: new AbortController().signal,
    clock,
    requestMs: 1_000,
  })
  const visit = async (url: string) => {
    const { origin, pathname, search } = new URL(url)
    const request: WireRequest = { method: 'GET', origin, rawPath: pathname + search, headers: [] }
    return (await browser.go(request)).map((hop) => headerOf(hop.request.headers, 'cookie'))
  }
  return { visit }
}

test('a cookie comes back to the host that set it, and to no other', async () => {
  const { visit } = open({ 'broker.test': ['session=1; Secure; HttpOnly; SameSite=None'] })
  expect(await visit('https://broker.test/')).toEqual([undefined])
  expect(await visit('https://broker.test/again')).toEqual(['session=1'])
  expect(await visit('https://login.test/')).toEqual([undefined])
  expect(await visit('https://sub.broker.test/')).toEqual([undefined])
})

test('a cookie that is set on the way is there at the next hop', async () => {
  const { visit } = open({ 'broker.test': ['a=1', 'b=2'] })
  expect(await visit('https://broker.test/go?/end')).toEqual([undefined, 'a=1; b=2'])
})

test('localhost keeps its cookies, with and without a Domain, and 127.0.0.1 never sees them', async () => {
  const { visit } = open({ localhost: ['host=1', 'domain=2; Domain=localhost'], '127.0.0.1': ['address=3'] })
  await visit('https://localhost:1111/')
  await visit('https://127.0.0.1:2222/')
  expect(await visit('https://localhost:1111/')).toEqual(['host=1; domain=2'])
  expect(await visit('https://127.0.0.1:2222/')).toEqual(['address=3'])
})

test('a cookie of a whole domain goes to its hosts, and a host sets none for another', async () => {
  const { visit } = open({ 'a.shop.test': ['all=1; Domain=shop.test', 'foreign=2; Domain=bank.test'] })
  await visit('https://a.shop.test/')
  expect(await visit('https://b.shop.test/')).toEqual(['all=1'])
  expect(await visit('https://bank.test/')).toEqual([undefined])
})

test('a cookie for another domain is passed over, and one that is over is deleted', async () => {
  const cookies = { 'broker.test': ['good=1', 'bad=2; Domain=nowhere.test'] }
  const { visit } = open(cookies)
  await visit('https://broker.test/')
  expect(await visit('https://broker.test/')).toEqual(['good=1'])
  cookies['broker.test'] = ['good=; Max-Age=0']
  await visit('https://broker.test/')
  expect(await visit('https://broker.test/')).toEqual([undefined])
})

test('two browsers share no cookie', async () => {
  const cookies = { 'broker.test': ['session=1'] }
  await open(cookies).visit('https://broker.test/')
  expect(await open(cookies).visit('https://broker.test/')).toEqual([undefined])
})

const hour = 3_600_000
const inAnHour = () => new Date(Date.now() + hour).toUTCString()

test.each([
  ['Max-Age', () => 'session=1; Max-Age=3600'],
  ['Expires', () => `session=1; Expires=${inAnHour()}`],
])('a cookie whose %s is an hour is gone after a day of the universe', async (_, cookie) => {
  const clock = makeUniverseClock()
  const cookies = { 'broker.test': [cookie()] }
  const { visit } = open(cookies, clock)
  await visit('https://broker.test/')
  cookies['broker.test'] = []
  await clock.advance(hour / 2)
  expect(await visit('https://broker.test/')).toEqual(['session=1'])
  await clock.advance(24 * hour)
  expect(await visit('https://broker.test/')).toEqual([undefined])
})

test('an age counts from when the cookie came, however often it is sent', async () => {
  const clock = makeUniverseClock()
  await clock.advance(-48 * hour)
  const cookies = { 'broker.test': ['session=1; Max-Age=3600'] }
  const { visit } = open(cookies, clock)
  await visit('https://broker.test/')
  cookies['broker.test'] = []
  await clock.advance(0.6 * hour)
  expect(await visit('https://broker.test/')).toEqual(['session=1'])
  await clock.advance(0.6 * hour)
  expect(await visit('https://broker.test/')).toEqual([undefined])
})

test('Max-Age counts, whatever Expires says beside it; without either a cookie stays', async () => {
  const clock = makeUniverseClock()
  const long = '9'.repeat(16)
  const cookies = {
    'broker.test': [`a=1; Max-Age=60; Expires=${inAnHour()}`, 'b=2', `c=3; Max-Age=${long}`, 'd=4; Max-Age=x'],
  }
  const { visit } = open(cookies, clock)
  await visit('https://broker.test/')
  cookies['broker.test'] = []
  await clock.advance(120_000)
  expect(await visit('https://broker.test/')).toEqual(['b=2; c=3; d=4'])
})
