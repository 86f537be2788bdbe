import { describe, expect, test } from 'vitest'
import { reported } from '../test/reported.ts'
import type { Check, Invariant } from '../harness/judge/check.ts'
import { toJunit } from './junit.ts'
import type { Report } from './report.ts'

type Element = { name: string; attributes: Record<string, string>; children: Element[]; text: string }

/** Reads XML as strictly as we need it: anything that is not well-formed throws. */
const parse = (xml: string): Element => {
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(xml)) throw new Error('a forbidden character')
  const decode = (text: string) => {
    if (/&(?!amp;|lt;|gt;|quot;|#\d+;)|]]>/.test(text)) throw new Error(`bad text: ${text}`)
    const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }
    return text.replaceAll(/&(?:#(\d+)|(\w+));/g, (_, code?: string, name = '') =>
      code === undefined ? (named[name] ?? '') : String.fromCodePoint(Number(code)),
    )
  }
  const top: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [top]
  const token = /<\?xml [^?]*\?>|<\/(\w+)>|<(\w+)((?: \w+="[^"<]*")*) ?(\/?)>|([^<]+)/gy
  for (let end = 0; end < xml.length; end = token.lastIndex) {
    token.lastIndex = end
    const found = token.exec(xml)
    if (found === null) throw new Error(`not well-formed at: ${xml.slice(end, end + 80)}`)
    const [, closed, name, given = '', empty, text = ''] = found
    const parent = open.at(-1) ?? top
    parent.text += decode(text)
    if (closed !== undefined && open.pop()?.name !== closed) throw new Error(`${closed} closes nothing`)
    if (name === undefined) continue
    const pairs = [...given.matchAll(/ (\w+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, decode(value)] as const,
    )
    const element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' }
    parent.children.push(element)
    if (empty === '') open.push(element)
  }
  const [root] = top.children
  if (root === undefined || open.length > 1) throw new Error('something is not closed')
  return root
}

const clause = 'authorize.unregistered-redirect'
const check: Check = {
  id: 'the.check',
  title: 'a title with "quotes" & <markup>',
  sends: '',
  owes: '',
  clauses: [clause, 'authorize.unknown-client'],
  weaker: 'practice',
  attacks: ['RUR-02', 'RUR-05'],
  needs: { capabilities: [], shape: { tenants: 1, partiesPerTenant: 1, clientsPerTenant: 1, usersPerTenant: 1 }, scope: 'slice' }, // prettier-ignore
  kills: ['broker.accepts-any-redirect-uri'],
  control: async () => undefined,
  run: async () => undefined,
}
const catalogue = { checks: [check], invariants: [] as Invariant[] }
type Verdict = Report['verdicts'][number]
const base = { check: check.id, notes: [], ms: 1_234 }
const failing = (grade: 'blocking' | 'advice', actual = 'that'): Verdict => ({
  ...base,
  status: 'fail',
  grade,
  clause,
  signature: `${clause}/x`,
  expected: 'this',
  actual,
})
const report = (verdicts: Verdict[], strict = false): Report =>
  reported({ run: { strict }, target: { name: 'a <broker>' }, selected: [check.id], verdicts })
const suiteOf = (verdicts: Verdict[], strict = false) => parse(toJunit(report(verdicts, strict), catalogue))
const resultOf = (verdict: Verdict, strict = false) =>
  suiteOf([verdict], strict).children[0]?.children[0]?.children.find(({ name }) => name !== 'properties')

describe('each verdict is a case', () => {
  test('that has nothing to say of a pass', () => {
    expect(resultOf({ ...base, status: 'pass', cases: 3 })).toBeUndefined()
  })

  test('that fails by its signature, with a command that brings it back', () => {
    expect(resultOf(failing('blocking'))).toMatchObject({
      name: 'failure',
      attributes: { type: `${clause}/x`, message: 'expected this, got that' },
      text: 'expected this, got that\nbrokerspec run --target target.json --seed 7 --only the.check',
    })
  })

  test('that is skipped with the reason when it is advice, and fails under --strict', () => {
    const skipped = { name: 'skipped', attributes: { message: 'advice: expected this, got that' } }
    expect(resultOf(failing('advice'))).toMatchObject(skipped)
    expect(resultOf(failing('advice'), true)).toMatchObject({ name: 'failure' })
  })

  test('that is skipped with the missing capabilities when it is not applicable', () => {
    expect(resultOf({ ...base, status: 'not-applicable', missing: ['clock', 'nodes'] })).toMatchObject({
      name: 'skipped',
      attributes: { message: 'not applicable: the target lacks clock, nodes' },
    })
  })

  test('that is an error when it is inconclusive or our own mistake', () => {
    expect(resultOf({ ...base, status: 'inconclusive', why: 'died', message: 'gone' })).toMatchObject({
      name: 'error',
      attributes: { type: 'inconclusive.died', message: 'gone' },
    })
    expect(resultOf({ ...base, status: 'error', message: 'ours', stack: 'at\n  here' })).toMatchObject({
      name: 'error',
      attributes: { type: 'harness', message: 'ours' },
      text: 'at\n  here',
    })
  })

  test('with its title, its time, and what it is about', () => {
    const [one] = suiteOf([{ ...base, notes: ['a & b'], status: 'pass', cases: 1 }]).children[0]?.children ?? []
    expect(one?.attributes).toEqual({ classname: 'brokerspec.the.check', name: check.title, time: '1.234' })
    expect(one?.children[0]?.children.map(({ attributes }) => Object.values(attributes))).toEqual([
      ['clause', clause],
      ['clause', 'authorize.unknown-client'],
      ['level', 'MUST'],
      ['basis', 'practice'],
      ['role', 'broker'],
      ['attack', 'RUR-02'],
      ['attack', 'RUR-05'],
      ['status', 'pass'],
      ['note', 'a & b'],
    ])
  })
})

test('the suite counts its cases', () => {
  const suite = suiteOf([
    { ...base, status: 'pass', cases: 1 },
    failing('blocking', '<failure type="forged" />'),
    failing('advice'),
    { ...base, status: 'not-applicable', missing: [] },
    { ...base, status: 'inconclusive', why: 'died', message: '<skipped />' },
    { ...base, status: 'error', message: '', stack: '' },
  ])
  const counts = { tests: '6', failures: '1', errors: '2', skipped: '2' }
  expect(suite).toMatchObject({ name: 'testsuites', attributes: { name: 'brokerspec', ...counts } })
  expect(suite.children[0]).toMatchObject({ name: 'testsuite', attributes: { name: 'a <broker> 1.0', ...counts } })
  expect(suite.children[0]?.children).toHaveLength(6)
})

describe('whatever a target says, the file stays well-formed:', () => {
  test.each([
    ['the end of a CDATA section', 'a]]>b', 'a]]>b'],
    ['quotes and markup', `"'<>&amp;`, `"'<>&amp;`],
    ['control characters', 'a\u0000\u001B[31m\u000Bb\u007F', 'a\uFFFD\uFFFD[31m\uFFFDb\u007F'],
    ['white space', 'a\tb\r\nc', 'a\tb\r\nc'],
    ['half a surrogate pair and characters that are none', '\uD800a\uFFFE\uFFFF', '\uFFFDa\uFFFD\uFFFD'],
    ['the rest of Unicode', 'ü\u202E😀', 'ü\u202E😀'],
  ])('%s', (_, actual, written) => {
    const result = resultOf(failing('blocking', actual))
    expect(result?.attributes['message']).toBe(`expected this, got ${written}`)
    expect(result?.text).toContain(`got ${written}\n`)
  })
})
