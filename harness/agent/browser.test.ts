import { describe, expect, test } from 'vitest'
import { single, slice } from '../../fixtures/world/slice.ts'
import type { Pairs, WireRequest, WireResponse } from '../../protocols/wire.ts'
import { headerOf, textOf, textResponse, urlOf } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'
import type { Actor, Exchange } from '../record/exchange.ts'
import { makeBrowser } from './browser.ts'

const target = 'https://broker.test'
const idp = 'https://login.test'
const actors: Record<string, Actor> = { [target]: 'target', [idp]: 'idp' }
const [user] = slice(1, 'browser.test', single).users

/** A browser before a site; `asked` is every request that went out. */
const open = (site: (request: WireRequest) => WireResponse) => {
  const asked: WireRequest[] = []
  const browser = makeBrowser({
    wire: async (request) => {
      asked.push(request)
      return site(request)
    },
    actorAt: (origin) => actors[origin],
    record: (exchange) => ({ ...exchange, n: asked.length, check: null, phase: 'run', at: 0 }) satisfies Exchange,
    signal: new AbortController().signal,
    clock: { now: () => Date.now() },
    requestMs: 1_000,
  })
  return { asked, ...browser }
}
const get = (rawPath: string, origin = target): WireRequest => ({ method: 'GET', origin, rawPath, headers: [] })
const post: WireRequest = {
  ...get('/start'),
  method: 'POST',
  headers: [['content-type', 'text/x']],
  body: new TextEncoder().encode('the body'),
}
const to = (status: number, location: string) => textResponse(status, '', [['location', location]])
const html = (text: string) => textResponse(200, text, [['content-type', 'text/html']])
const shown = ({ method, ...request }: WireRequest) => [method, urlOf(request as WireRequest), textOf(request)]

describe('a browser', () => {
  test('sends its first request as it is', async () => {
    const { asked, go } = open(() => html('end'))
    const hops = await go(get('/a/../b?x=%zz'))
    expect(asked.map(shown)).toEqual([['GET', `${target}/a/../b?x=%zz`, '']])
    expect(hops).toMatchObject([{ from: 'browser', to: 'target', plane: 'party', response: { status: 200 } }])
  })

  test.each([301, 302, 303])('follows %i by GET and without the body', async (status) => {
    const { asked, go } = open(({ rawPath }) => (rawPath === '/start' ? to(status, '/end') : html('end')))
    await go(post)
    expect(asked.map(shown)).toEqual([
      ['POST', `${target}/start`, 'the body'],
      ['GET', `${target}/end`, ''],
    ])
  })

  test.each([307, 308])('follows %i with method, body and its type, even to another host', async (status) => {
    const { asked, go } = open(({ rawPath }) => (rawPath === '/start' ? to(status, `${idp}/end`) : html('end')))
    const hops = await go(post)
    expect(asked.map(shown).slice(1)).toEqual([['POST', `${idp}/end`, 'the body']])
    expect(headerOf(asked[1]?.headers ?? [], 'content-type')).toBe('text/x')
    expect(hops.map((hop) => [hop.to, hop.plane])).toEqual([
      ['target', 'party'],
      ['idp', 'idp'],
    ])
  })

  test('posts a form that submits itself, repeated fields included', async () => {
    const form = `<body onload="document.forms[0].submit()"><form method="post" action="${target}/end?kept=1">
      <input name="code" value="a b&amp;c"><input name="code" value="2"></form>`
    const { asked, go } = open(({ rawPath }) => html(rawPath === '/start' ? form : 'end'))
    await go(get('/start', idp))
    expect(asked.map(shown).slice(1)).toEqual([['POST', `${target}/end?kept=1`, 'code=a%20b%26c&code=2']])
    expect(headerOf(asked[1]?.headers ?? [], 'content-type')).toBe('application/x-www-form-urlencoded')
  })

  test('sends a form by GET in the query', async () => {
    const form = '<form action="/end"><input name="a" value="1"></form><script>f.submit()</script>'
    const { asked, go } = open(({ rawPath }) => html(rawPath === '/start' ? form : 'end'))
    await go(get('/start'))
    expect(asked.map(shown).slice(1)).toEqual([['GET', `${target}/end?a=1`, '']])
  })

  test.each(['https://evil.test/', 'https://broker.test:8443/', 'http://broker.test/', 'app:callback', 'https://['])(
    'stops before %s and never asks there',
    async (location) => {
      const { asked, go } = open(() => to(302, location))
      const hops = await go(get('/start'))
      expect([asked.length, hops.length]).toEqual([1, 1])
    },
  )

  test('never posts a form to a stranger', async () => {
    const { asked, go } = open(() =>
      html('<form method="post" action="https://evil.test/"></form><script>f.submit()</script>'),
    )
    await go(get('/start'))
    expect(asked).toHaveLength(1)
  })

  test('loads images and frames of every page that it saw, frames within frames, and no end of them', async () => {
    const pages: Record<string, string> = {
      '/out': '<meta http-equiv="refresh" content="0; url=/bye"><iframe src="/frame"></iframe>',
      '/bye': '<img src="/pixel">',
      '/frame': `<iframe src="${idp}/logout"></iframe><img src="https://stranger.test/">`,
      '/endless': '<iframe src="/endless"></iframe>',
    }
    const { asked, go, load } = open(({ rawPath }) => html(pages[rawPath] ?? ''))
    await load(await go(get('/out')))
    expect(asked.map(urlOf)).toEqual([
      ...['/out', '/bye', '/frame', '/pixel'].map((path) => target + path),
      `${idp}/logout`,
    ])
    expect(await load(await go(get('/endless')))).toHaveLength(3)
  })

  test('never asks a stranger, even when it is told to', async () => {
    const { asked, go } = open(() => html('end'))
    await go(get('/', 'https://evil.test')).catch(() => undefined)
    expect(asked).toEqual([])
  })

  test('follows twenty answers, and is in doubt about a twenty-first', async () => {
    const chain = (length: number) => open(({ rawPath }) => {
      const n = Number(rawPath.slice(1))
      return n < length ? to(302, `/${n + 1}`) : html('end')
    }) // prettier-ignore
    expect(await chain(20).go(get('/1'))).toHaveLength(20)
    const endless = chain(21)
    await expect(endless.go(get('/1'))).rejects.toThrow(Inconclusive)
    expect(endless.asked).toHaveLength(20)
  })
})

describe('a person', () => {
  const page = html(
    '<form method="post" action="/login"><input name="login"><input type="password" name="passwd"></form>',
  )
  const passwordsIn = (asked: readonly WireRequest[]) => asked.map(textOf).filter((text) => text.includes('passwd='))

  test('signs in where the identity provider asks, and only once', async () => {
    const { asked, go } = open(() => page)
    const hops = await go(get('/', idp), user)
    expect(passwordsIn(asked)).toHaveLength(1)
    expect(Object.fromEntries(new URLSearchParams(textOf(asked[1] ?? {})))).toEqual({
      login: user?.name,
      passwd: user?.password,
    })
    expect(hops).toHaveLength(2)
  })

  test('tells the target no password, whatever it shows', async () => {
    const { asked, go } = open(() => page)
    await go(get('/', target), user)
    expect(passwordsIn(asked)).toEqual([])
  })

  test('who is nobody does not sign in', async () => {
    const { asked, go } = open(() => page)
    await go(get('/', idp))
    expect(asked).toHaveLength(1)
  })

  test('goes on with what a page at the identity provider has besides', async () => {
    const hidden: Pairs = [['ctx', 'the context']]
    const withContext = html(
      textOf(page).replace('<input', '<input type="hidden" name="ctx" value="the context"><input'),
    )
    const { asked, go } = open(({ method }) => (method === 'GET' ? withContext : html('welcome')))
    await go(get('/', idp), user)
    expect([...new URLSearchParams(textOf(asked[1] ?? {}))].slice(0, 1)).toEqual(hidden)
  })

  const consent = html(
    '<form method="post" action="/consent"><input type="hidden" name="ctx" value="1">' +
      '<button name="consent" value="refuse">No</button><button name="consent" value="accept">Yes</button></form>',
  )
  const withConsent = ({ method, rawPath }: WireRequest) =>
    method === 'GET' ? page : rawPath === '/login' ? consent : to(302, `${target}/end`)

  test('accepts where the identity provider asks for consent, signed in already or not', async () => {
    for (const site of [withConsent, ({ rawPath }: WireRequest) => (rawPath === '/' ? consent : html('end'))]) {
      const { asked, go } = open(site)
      await go(get('/', idp), user)
      const accepted = asked.filter(({ rawPath }) => rawPath === '/consent')
      expect(accepted.map(textOf)).toEqual(['ctx=1&consent=accept'])
    }
  })

  test('accepts when it goes on from a page that waits for it', async () => {
    const { asked, go, resume } = open(withConsent)
    const stopped = await go(get('/', idp))
    if (user) await resume(stopped, user)
    expect(asked.map(urlOf)).toEqual([`${idp}/`, `${idp}/login`, `${idp}/consent`, `${target}/end`])
  })

  test('accepts nothing as nobody, nothing of the target, and no button of another name', async () => {
    const other = html(textOf(consent).replaceAll('"accept"', '"agree"'))
    for (const [origin, as, shows] of [
      [idp, undefined, consent],
      [target, user, consent],
      [idp, user, other],
    ] as const) {
      const { asked, go } = open(() => shows)
      await go(get('/', origin), as)
      expect(asked).toHaveLength(1)
    }
  })

  test('may stop at the sign-in page, or before the identity provider, and go on from there later', async () => {
    const site = ({ method, rawPath, origin }: WireRequest) =>
      origin === target && rawPath === '/' ? to(302, `${idp}/`) : method === 'GET' ? page : to(302, `${target}/end`)
    const atPage = open(site)
    const stopped = await atPage.go(get('/'))
    if (user) await atPage.resume(stopped, user)
    const before = open(site)
    const waiting = await before.go(get('/'), user, 'idp')
    expect(before.asked.map(({ origin }) => origin)).toEqual([target])
    if (user) await before.resume(waiting, user)

    const all = [`${target}/`, `${idp}/`, `${idp}/login`, `${target}/end`]
    expect(atPage.asked.map(urlOf)).toEqual(all)
    expect(before.asked.map(urlOf)).toEqual(all)
    expect(passwordsIn(atPage.asked)).toHaveLength(1)
  })

  test('may go on from there and stop before the target', async () => {
    const site = ({ method, origin }: WireRequest) =>
      origin === target ? to(302, `${idp}/`) : method === 'GET' ? page : to(302, `${target}/end`)
    const { asked, go, resume } = open(site)
    if (user) await resume(await go(get('/')), user, 'target')
    expect(asked.map(urlOf)).toEqual([`${target}/`, `${idp}/`, `${idp}/login`])
  })
})
