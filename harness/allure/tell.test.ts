import type { Label } from 'allure-js-commons'
import type { HttpExchange } from 'allure-js-commons/http'
import type { RuntimeMessage } from 'allure-js-commons/sdk'
import type { TestRuntime } from 'allure-js-commons/sdk/runtime'
import { MessageHolderTestRuntime, setGlobalTestRuntime } from 'allure-js-commons/sdk/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import type { Verdict } from '../judge/verdict.ts'
import { errorOf } from '../vitest/conclude.ts'
import type { Account, Exchanged } from './account.ts'
import { tell } from './tell.ts'

const clause = 'authorize.unregistered-redirect'
const base = { check: 'the.check', notes: [], ms: 1 }
const failing = (grade: 'blocking' | 'advice', actual = 'that'): Verdict => ({
  ...base,
  status: 'fail',
  grade,
  clause,
  signature: `${clause}/x`,
  expected: 'this',
  actual,
  counterexample: { value: { kind: 'suffix' }, seed: 7, path: 'suffix/0:1' },
})
const exchange = (more: Partial<Exchanged> = {}): Exchanged => ({
  n: 3,
  check: 'the.check',
  phase: 'run',
  plane: 'party',
  from: 'browser',
  to: 'target',
  at: 1_000,
  request: {
    method: 'POST',
    url: 'https://broker.test/a?state=x%20y&code=[redacted]',
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: 'user=a%40b&passwd=[redacted]',
  },
  response: { status: 302, headers: [['location', 'https://login.test/']], body: '' },
  ...more,
})
const account = (verdict: Verdict, evidence: Exchanged[] = [], more: Partial<Account> = {}): Account => ({
  verdict,
  evidence,
  rule: {
    title: 'a title with "quotes" & <markup>',
    sends: 'what it sends',
    owes: 'what is owed',
    clauses: [clause, 'authorize.unknown-client'],
    attacks: ['RUR-02', 'RUR-05'],
  },
  target: { role: 'broker', name: 'a broker', version: '1.0', dialect: 'k2trust' },
  run: { transport: 'direct', seed: 7, strict: false },
  replay: 'brokerspec run --seed 7',
  waived: false,
  ...more,
})

const silence = () => Reflect.deleteProperty(globalThis, 'allureTestRuntime')
afterEach(silence)

/** What an Allure runtime hears. */
const heard = async (given: Account): Promise<RuntimeMessage[]> => {
  const runtime = new MessageHolderTestRuntime()
  setGlobalTestRuntime(runtime as TestRuntime)
  await tell(given, errorOf(given.verdict, given.run.strict, given.replay))
  silence()
  return runtime.messages()
}
const metadata = async (given: Account) => {
  const data = (await heard(given)).flatMap((one) => (one.type === 'metadata' ? [one.data] : []))
  const labels = data.flatMap((one): Label[] => one.labels ?? [])
  return {
    ...Object.assign({}, ...data),
    labels,
    parameters: data.flatMap((one) => one.parameters ?? []),
    label: (name: string) => labels.filter((one) => one.name === name).map(({ value }) => value),
  } as (typeof data)[number] & { label(name: string): string[] }
}
const attachments = (messages: RuntimeMessage[]) =>
  messages.flatMap((one) => (one.type === 'attachment_content' ? [one.data] : []))
const text = ({ content, encoding }: { content: string; encoding: BufferEncoding }) =>
  Buffer.from(content, encoding).toString()

describe('a verdict is told with', () => {
  test('its identity, which no title and no word of the target changes', async () => {
    const one = await metadata(account(failing('blocking')))
    const rule = { title: 't', owes: 'o', clauses: [clause] as const }
    const other = await metadata(account(failing('advice', 'else'), [], { rule }))
    expect([one.testCaseId, other.testCaseId]).toEqual(['the.check', 'the.check'])
    expect(other.historyId).toBe(one.historyId)
    const elsewhere = account(failing('blocking'), [], { run: { transport: 'https', seed: 7, strict: false } })
    expect((await metadata(elsewhere)).historyId).not.toBe(one.historyId)
  })

  test('role, section, clause, weight and attacks', async () => {
    const { label, displayName } = await metadata(account(failing('blocking')))
    expect(['epic', 'feature', 'story', 'severity', 'tag'].map(label)).toEqual([
      ['broker'],
      ['authorize'],
      [clause],
      ['critical'],
      ['MUST', 'source', 'RUR'],
    ])
    expect(displayName).toBe('a title with "quotes" & <markup>')
  })

  test('a visible mark when it is advice, and one when it is waived', async () => {
    const advice = await metadata(account(failing('advice')))
    expect([advice.displayName, advice.label('tag')]).toEqual([expect.stringMatching(/^advice: a title/), expect.arrayContaining(['advice'])]) // prettier-ignore
    expect((await metadata(account(failing('blocking'), [], { waived: true }))).label('tag')).toContain('waived')
  })

  test('the circumstances, of which those that change are no part of its identity', async () => {
    const { parameters = [] } = await metadata(account(failing('blocking')))
    expect(parameters.map(({ name, value, excluded }) => `${name}=${value}${excluded ? ' *' : ''}`)).toEqual([
      'target=a broker',
      'dialect=k2trust',
      'transport=direct',
      'version=1.0 *',
      'seed=7 *',
    ])
  })

  test('what was sent, what is owed, the counterexample, the notes, and how it is brought back', async () => {
    const { description } = await metadata(account({ ...failing('blocking'), notes: ['a `note`'] }))
    for (const part of [
      'what it sends',
      'what is owed',
      'RUR-02, RUR-05',
      '"kind": "suffix"',
      '`` a `note` ``',
      '` brokerspec run --seed 7 `',
    ])
      // prettier-ignore
      expect(description).toContain(part)
  })

  test('its id, when the catalogue knows neither check nor clause any more', async () => {
    const { rule: _, ...unknown } = account({ ...failing('blocking'), check: 'gone', clause: 'old.clause' } as Verdict)
    const { displayName, label } = await metadata(unknown)
    expect([displayName, label('story')]).toEqual(['gone', ['old.clause']])
  })

  test.each<[Verdict, string]>([
    [{ ...base, status: 'not-applicable', missing: ['clock', 'nodes'] }, 'lacks ` clock `, ` nodes `'],
    [{ ...base, status: 'inconclusive', why: 'died', message: 'AssertionError: gone' }, 'AssertionError: gone'],
    [{ ...base, status: 'error', message: 'm', stack: 'at x' }, 'm\nat x'],
    [failing('advice'), 'expected ` this `, got ` that `'],
  ])('its reason, where the status has no room for it: $status', async (verdict, reason) => {
    expect((await metadata(account(verdict))).description).toContain(reason)
  })
})

describe('the exchanges', () => {
  const { response: _, ...rest } = exchange()
  const unanswered: Exchanged = { ...rest, n: 2, broke: 'reset' }
  const evidence = [exchange({ n: 1, phase: 'control' }), unanswered, exchange()]

  test('stand in a step for each phase, after their sequence; the decisive one ends as the test does', async () => {
    const messages = await heard(account(failing('blocking'), evidence))
    const story = messages.flatMap((one): string[] => {
      if (one.type === 'step_start') return [`( ${one.data.name}`]
      if (one.type === 'step_stop') return [`) ${one.data.status}`]
      return one.type === 'attachment_content' ? [one.data.name] : []
    })
    expect(story).toEqual([
      'Sequence of the exchanges',
      '( Control: the valid form',
      '#1 browser to target: POST https://broker.test/a: 302',
      ') passed',
      '( Run: the same with one thing changed',
      '#2 browser to target: POST https://broker.test/a: no answer',
      '#3 browser to target: POST https://broker.test/a: 302',
      ') failed',
    ])
  })

  test.each<[string, Verdict, string[]]>([
    ['control', { ...base, status: 'inconclusive', why: 'control', message: 'assert' }, ['broken']],
    ['control run', { ...base, status: 'inconclusive', why: 'deadline', message: 'assert' }, ['passed', 'broken']],
    [
      'control run late',
      { ...base, status: 'inconclusive', why: 'died', message: 'assert' },
      ['passed', 'passed', 'broken'],
    ],
    ['control run', failing('advice'), ['passed', 'passed']],
  ])('of %s blame the phase that decided: $status $why', async (phases, verdict, statuses) => {
    const seen = phases.split(' ').map((phase) => exchange({ phase: phase as Exchanged['phase'] }))
    const messages = await heard(account(verdict, seen))
    expect(messages.flatMap((one) => (one.type === 'step_stop' ? [one.data.status] : []))).toEqual(statuses)
  })

  test('have the form that Allure shows', async () => {
    const [sequence, ...others] = attachments(await heard(account(failing('blocking'), evidence)))
    expect([sequence?.contentType, sequence && text(sequence).slice(0, 4)]).toEqual(['image/svg+xml', '<svg'])
    expect(new Set(others.map(({ contentType, fileExtension }) => `${contentType} ${fileExtension}`))).toEqual(
      new Set(['application/vnd.allure.http+json .httpexchange']),
    )
    const shown = others.map((one) => JSON.parse(text(one)) as HttpExchange)
    expect(shown[2]).toEqual({
      schemaVersion: 1,
      start: 1_000,
      request: {
        method: 'POST',
        url: 'https://broker.test/a?state=x%20y&code=[redacted]',
        headers: [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }],
        query: [
          { name: 'state', value: 'x y' },
          { name: 'code', value: '[redacted]' },
        ],
        body: {
          contentType: 'application/x-www-form-urlencoded',
          encoding: 'utf8',
          value: 'user=a%40b&passwd=[redacted]',
          size: 28,
          form: [
            { name: 'user', value: 'a@b' },
            { name: 'passwd', value: '[redacted]' },
          ],
        },
      },
      response: { status: 302, headers: [{ name: 'location', value: 'https://login.test/' }] },
    })
    expect(shown[1]).toMatchObject({ error: { message: 'reset' } })
  })

  test('are bounded', async () => {
    const huge = exchange({ request: { method: 'GET', url: `https://x/${'a'.repeat(1e6)}`, headers: [] } })
    const messages = await heard(account(failing('blocking', 'b'.repeat(1e6)), Array.from({ length: 500 }, () => huge))) // prettier-ignore
    expect(attachments(messages)).toHaveLength(61)
    expect(JSON.stringify(messages)).toContain('440 earlier exchanges')
    expect(JSON.stringify(messages).length).toBeLessThan(1e6)
  })
})

test('whatever a target says stays in its place, with all but plain ASCII spelled out', async () => {
  const hostile = '</script><img src=x onerror=alert(1)>\n```\n# forged\u202E\u001B[31m'
  const verdicts: Verdict[] = [
    { ...failing('advice', hostile), notes: [hostile] },
    { ...base, status: 'inconclusive', why: 'unreadable', message: hostile },
    { ...base, status: 'error', message: hostile, stack: hostile },
    { ...base, status: 'not-applicable', missing: [hostile] },
  ]
  for (const verdict of verdicts) {
    const { description = '' } = await metadata(account(verdict))
    const outside = description.replaceAll(/^(`{3,})\n[\s\S]*?\n\1$/gm, '').replaceAll(/(`+) .*? \1/g, '')
    expect(outside).not.toMatch(/onerror|forged/)
    expect(description).toMatch(/^[\n\u0020-\u007E]*$/)
  }
})

test('where nobody listens, nothing is said', async () => {
  await expect(tell(account(failing('blocking'), [exchange()]), undefined)).resolves.toBeUndefined()
})
