import { expect, test } from 'vitest'
import type { Exchanged } from './account.ts'
import { toSequence } from './sequence.ts'

/** The names of the elements and the texts. Anything that is not well-formed throws. */
const read = (svg: string) => {
  if (/[^\n\u0020-\u007E]/.test(svg)) throw new Error('a forbidden character')
  const token = /<\/(\w+)>|<(\w+)(?: [\w:-]+="[^"<&]*")*(\/?)>|((?:[^<>&]|&(?:amp|lt|gt|quot);)+)/gy
  const [open, names, texts]: string[][] = [[], [], []]
  for (let end = 0; end < svg.length; end = token.lastIndex) {
    token.lastIndex = end
    const found = token.exec(svg)
    if (found === null) throw new Error(`not well-formed at: ${svg.slice(end, end + 80)}`)
    const [, closed, name, empty, text] = found
    if (closed !== undefined && open?.pop() !== closed) throw new Error(`${closed} closes nothing`)
    if (name !== undefined) names?.push(name)
    if (name !== undefined && empty === '') open?.push(name)
    if (text !== undefined && text.trim() !== '') texts?.push(text)
  }
  if (open?.length !== 0) throw new Error('something is not closed')
  return { names: new Set(names), texts: texts ?? [] }
}

const exchange = (more: Partial<Exchanged> = {}): Exchanged => ({
  n: 1,
  check: null,
  phase: 'control',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 0,
  request: { method: 'GET', url: 'https://broker.test/path?query=1', headers: [] },
  response: { status: 302, headers: [['Location', 'https://login.test/next?code=1']], body: '' },
  ...more,
})

test('shows who asked whom for what, and what came back', () => {
  const { texts, names } = read(
    toSequence('the.check', [
      exchange(),
      exchange({ n: 2, phase: 'run', to: 'idp', response: { status: 200, headers: [], body: '' } }),
    ]),
  )
  expect(texts).toEqual([
    'the.check',
    'browser',
    'target',
    'idp',
    'control',
    '#1 GET /path',
    '302 with a code to login.test/next',
    'run',
    '#2 GET /path',
    '200',
  ])
  expect([...names].toSorted()).toEqual(['line', 'path', 'rect', 'svg', 'text', 'title'])
})

test('stays well-formed whatever it is told', () => {
  const evil = '"><script>alert(1)</script>&\u0000\u202E\n]]>'
  const request = { method: evil, url: evil, headers: [] }
  const { response: _, ...rest } = exchange({ request, from: evil, to: evil, broke: evil })
  const { names, texts } = read(toSequence(evil, [rest]))
  expect(names).not.toContain('script')
  expect(texts.some((text) => text.startsWith('no answer: '))).toBe(true)
})

test('is bounded, and says what is left out', () => {
  const url = `https://broker.test/${'a'.repeat(10_000)}`
  const svg = toSequence('x', Array.from({ length: 500 }, () => exchange({ request: { method: 'GET', url, headers: [] } }))) // prettier-ignore
  expect(read(svg).texts).toContain('440 earlier exchanges')
  expect(svg.length).toBeLessThan(100_000)
  for (const text of read(svg).texts) expect(text.length).toBeLessThan(60)
})

test('is well-formed with nothing to show', () => {
  expect(read(toSequence('none', [])).texts).toEqual(['none'])
})

test.each([
  ['/cb#id_token=x&code=y', '302 with a token to login.test/cb'],
  ['/cb?a=1&error=x', '302 with an error to login.test/cb'],
  ['/cb?zipcode=1', '302 to login.test/cb'],
])('a redirect to %s says what it hands over', (path, said) => {
  const headers: [string, string][] = [['location', `https://login.test${path}`]]
  expect(read(toSequence('x', [exchange({ response: { status: 302, headers, body: '' } })])).texts).toContain(said)
})
