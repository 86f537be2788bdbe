import { expect, test } from 'vitest'
import type { Report } from '../../reports/report.ts'
import { invariants } from '../../suites/index.ts'
import { brokerspec, folder, targetFile } from './command.ts'
import { join } from 'node:path'

const timeout = 300_000
const target = ['--target', targetFile('faulty.ts')]
const faulty = [...target, '--only', 'authorize.unregistered-redirect']

/** A report without what differs between two runs of the same thing. */
const essence = (report: Report) => ({
  ...report,
  run: { ...report.run, at: '' },
  verdicts: report.verdicts.map((verdict) => ({ ...verdict, ms: 0 })),
  evidence: Object.keys(report.evidence).toSorted(),
})

test('without a target the reference broker is judged, and passes', { timeout }, async () => {
  const { code, out, report } = await brokerspec(['run', '--seed', '5', '--only', 'authorize'])
  expect(out).toContain('brokerspec reference broker')
  expect(out).toMatch(/✔ authorize\.unregistered-redirect\.near-miss +100 cases/)
  expect(out).toMatch(/pass +authorize\.unregistered-redirect /)
  expect(out).toContain('PASS')
  expect(code).toBe(0)
  expect(report().clauses['authorize.unregistered-redirect']).toBe('pass')
  expect(report().exit).toBe(0)
})

test('a failure is told in full, and replayed by the line it prints', { timeout }, async () => {
  const env = { BROKERSPEC_FAULT: 'broker.decodes-redirect-uri-twice' }
  const found = await brokerspec(['run', ...faulty, '--seed', '11'], { env })
  expect(found.code).toBe(1)
  for (const part of ['FAIL', 'clause', 'expected', 'actual', 'smallest', 'seed', 'replay', 'exchanges', '--seed 11'])
    expect(found.out).toContain(part)
  const verdict = found.report().verdicts.find(({ status }) => status === 'fail')
  if (verdict?.status !== 'fail' || !verdict.counterexample) throw new Error('no counterexample')

  const token = /--replay (\S+)/.exec(found.out)?.[1] ?? ''
  const again = await brokerspec(
    ['run', ...target, '--seed', '11', '--replay', token, '--shard', '1/1', '--runs', '7'],
    { env },
  )
  const [replayed] = again.report().verdicts
  expect(again.code).toBe(1)
  expect(again.report().selected).toEqual([verdict.check])
  expect(replayed).toMatchObject({ status: 'fail', counterexample: { value: verdict.counterexample.value } })
})

test('a replay finds the same value under another number of shards', { timeout }, async () => {
  const env = { BROKERSPEC_FAULT: 'broker.truncates-redirect-uri' }
  const found = await brokerspec(['run', ...faulty, '--seed', '3'], { env })
  const token = /--replay (\S+)/.exec(found.out)?.[1] ?? ''
  const value = (report: Report) =>
    report.verdicts.flatMap((verdict) => (verdict.status === 'fail' ? [verdict.counterexample?.value] : []))
  const shards = await Promise.all(
    [1, 2, 3].map((shard) =>
      brokerspec(['run', ...target, '--seed', '3', '--replay', token, '--shard', `${shard}/3`], { env }),
    ),
  )
  const first = found.report().verdicts.find(({ check }) => token.startsWith(`${check}/`))
  expect(shards.flatMap(({ report }) => value(report()))).toEqual([
    first?.status === 'fail' && first.counterexample?.value,
  ])
})

test('two shards, merged, say what one run says', { timeout }, async () => {
  const env = { BROKERSPEC_FAULT: 'broker.ignores-case-of-redirect-uri' }
  const args = ['run', ...faulty, '--seed', '9']
  const folders = [folder(), folder()]
  const whole = await brokerspec(args, { env })
  const shards = await Promise.all(
    folders.map((one, index) => brokerspec([...args, '--shard', `${index + 1}/2`, '--report', one], { env })),
  )
  const merged = await brokerspec(['merge', ...folders.map((one) => join(one, 'report.json'))])
  expect(merged.code).toBe(1)
  expect(essence(merged.report())).toEqual(essence(whole.report()))
  expect(shards.map(({ code }) => code)).toContain(1)

  const [one = ''] = folders
  const half = await brokerspec(['merge', join(one, 'report.json')])
  expect([half.code, half.err]).toEqual([4, expect.stringContaining('judged by no shard')])
  const double = await brokerspec(['merge', join(one, 'report.json'), join(one, 'report.json')])
  expect([double.code, double.err]).toEqual([4, expect.stringContaining('judged twice')])
})

test('a shard into which no check falls says so, and is merged with the others', { timeout }, async () => {
  const args = ['run', '--seed', '9', '--only', 'authorize.client-before-redirect']
  const folders = [folder(), folder(), folder()]
  const shards = await Promise.all(
    folders.map((one, index) => brokerspec([...args, '--shard', `${index + 1}/3`, '--report', one])),
  )
  expect(shards.map(({ code }) => code)).toEqual([0, 0, 0])
  const empty = shards.filter(({ out }) => out.includes('no check falls in this shard'))
  expect(empty).toHaveLength(2)
  for (const { out } of empty) expect(out).not.toMatch(/PASS|Clauses/)

  const merged = await brokerspec(['merge', ...folders.map((one) => join(one, 'report.json'))])
  expect([merged.code, merged.err]).toEqual([0, ''])
  const { verdicts } = merged.report()
  expect(verdicts.filter(({ status }) => status !== 'pass')).toEqual([])
  expect(verdicts.map(({ check }) => check).toSorted()).toEqual(
    ['authorize.client-before-redirect.both-wrong', ...invariants.map(({ id }) => id)].toSorted(),
  )
})

test('advice fails a run only under --strict', { timeout }, async () => {
  const env = { BROKERSPEC_FAULT: 'broker.ignores-case-of-host' }
  const lenient = await brokerspec(['run', ...faulty, '--seed', '2'], { env })
  expect([lenient.code, lenient.report().clauses['authorize.unregistered-redirect']]).toEqual([0, 'advice'])
  expect(lenient.out).toContain('advice')
  expect((await brokerspec(['run', ...faulty, '--seed', '2', '--strict'], { env })).code).toBe(1)
})

test('the direct wire and HTTPS come to the same verdicts', { timeout }, async () => {
  const [direct, https] = await Promise.all(
    ['direct', 'https'].map((transport) =>
      brokerspec(['run', '--seed', '6', '--only', 'token,app-only', '--runs', '20', '--transport', transport]),
    ),
  )
  const statuses = (report?: Report) => report?.verdicts.map(({ check, status }) => [check, status])
  expect(statuses(https?.report())).toEqual(statuses(direct?.report()))
})
