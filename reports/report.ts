import * as z from 'zod'
import { roles } from '../fixtures/clauses/clause.ts'
import { mockActors } from '../harness/record/exchange.ts'

const text = z.string()
const count = z.int().min(0)
const base = { check: text, notes: z.array(text), ms: z.number().meta({ description: 'Wall time in ms.' }) }

const verdictSchema = z.discriminatedUnion('status', [
  z.strictObject({ ...base, status: z.literal('pass'), cases: count }),
  z.strictObject({
    ...base,
    status: z.literal('fail'),
    grade: z.enum(['blocking', 'advice']),
    clause: text,
    signature: text.meta({ description: 'Clause and kind, without values; what a waiver names.' }),
    expected: text,
    actual: text,
    counterexample: z
      .strictObject({
        value: z.unknown(),
        seed: z.int(),
        path: text.meta({ description: 'Brings the value back: --replay <check>/<path>.' }),
      })
      .exactOptional(),
  }),
  z.strictObject({
    ...base,
    status: z.literal('inconclusive'),
    why: z.enum(['control', 'died', 'unreadable', 'undelivered', 'deadline', 'interrupted']),
    message: text,
  }),
  z.strictObject({ ...base, status: z.literal('not-applicable'), missing: z.array(text) }),
  z.strictObject({ ...base, status: z.literal('error'), message: text, stack: text }),
])

const pairs = z.array(z.tuple([text, text]))
const evidenceSchema = z.strictObject({
  n: count,
  check: text.nullable(),
  phase: z.enum(['control', 'run', 'late']),
  case: count.exactOptional(),
  plane: z.enum(['party', ...mockActors, 'api', 'control']),
  from: text,
  to: text,
  at: z.number().meta({ description: 'Milliseconds on the clock of the universe.' }),
  request: z.strictObject({ method: text, url: text, headers: pairs, body: text.exactOptional() }),
  response: z.strictObject({ status: z.int(), headers: pairs, body: text }).exactOptional(),
  broke: text.exactOptional(),
})

/** The statuses of a clause, worst first. */
export const clauseStatuses = [
  'fail',
  'error',
  'inconclusive',
  'advice',
  'pass',
  'not-applicable',
  'not-tested',
] as const
export type ClauseStatus = (typeof clauseStatuses)[number]

/** The JSON report: the only input of every other report. Secrets never stand in it. */
export const reportSchema = z
  .strictObject({
    $schema: text.exactOptional(),
    schema: z.literal('brokerspec-report/1'),
    run: z.strictObject({
      seed: z.int(),
      runs: count,
      shard: z.tuple([z.int().positive(), z.int().positive()]).exactOptional(),
      transport: z.enum(['direct', 'https']),
      strict: z.boolean(),
      harness: text,
      catalogueDigest: text.meta({
        description: 'SHA-256 of the ids of all checks and invariants: only equal ones merge.',
      }),
      at: z.iso.datetime(),
      replay: text.exactOptional(),
      invocation: text.meta({ description: 'How the command is called where the run was made.' }),
      targetFile: text.meta({ description: 'As it was given on the command line.' }),
    }),
    target: z.strictObject({
      role: z.enum(roles),
      name: text,
      version: text,
      dialect: text,
      capabilities: z.array(text),
      profile: z.record(text, z.unknown()),
    }),
    selected: z.array(text).meta({ description: 'The checks of the whole run, whatever the shard.' }),
    invariants: z.array(text),
    verdicts: z.array(verdictSchema),
    evidence: z
      .record(text, z.array(evidenceSchema))
      .meta({ description: 'The exchanges of each verdict that is no pass.' }),
    clauses: z.record(text, z.enum(clauseStatuses)),
    notTested: z.array(z.strictObject({ clause: text, because: text })),
    outside: z
      .array(text)
      .exactOptional()
      .meta({ description: 'What went wrong outside of any check: an error, whatever the verdicts say.' }),
    waivers: z.array(z.strictObject({ check: text, signature: text, state: z.enum(['used', 'unused', 'expired']) })),
    exit: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]),
  })
  .meta({ title: 'brokerspec report', description: 'What a run found; every other report is made from it.' })

export type Report = z.infer<typeof reportSchema>
export type ExitCode = Report['exit']

/** What an exit code is called. */
export const outcomes = ['PASS', 'FAIL', 'INCONCLUSIVE', 'HARNESS ERROR', 'USAGE', 'UNREACHABLE'] as const
