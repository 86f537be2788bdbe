import { createHash } from 'node:crypto'
import { applicationOf, slice } from '../fixtures/world/slice.ts'
import type { Verdict } from '../harness/judge/verdict.ts'
import { openLauncher } from '../harness/launch/launcher.ts'
import type { Evidence } from '../harness/record/exchange.ts'
import { redactorOf, secretsOf } from '../harness/record/redact.ts'
import type { TroubleData } from '../harness/trouble.ts'
import { moduleOf, ofRole, roleOf } from '../harness/roles/index.ts'
import { Trouble, troubleOf } from '../harness/trouble.ts'
import type { Finding } from '../harness/vitest/plan.ts'
import type { Loose } from '../harness/vitest/run.ts'
import type { Outcome } from '../reports/assemble.ts'
import { assemble } from '../reports/assemble.ts'
import { headLines, progressLine, summary } from '../reports/terminal.ts'
import { checks, invariants } from '../suites/index.ts'
import { style } from './colours.ts'
import type { RunOptions } from './options.ts'
import { fileOf, inCheckout, readRunOptions } from './options.ts'
import { prepareFolder, writeReport } from './output.ts'
import { version } from './version.ts'

/** All checks and invariants, judged or not. */
export const catalogue = { checks, invariants }

/** `brokerspec run`: judges a target, tells and writes what was found. */
export const run = async (args: string[]): Promise<number> => {
  const options = await readRunOptions(args)
  if (options.share.length === 0) return passOver(options)
  const launcher = 'command' in options.target.attach ? await openLauncher() : undefined
  process.once('exit', () => launcher?.killAll())
  process.stdout.on('error', () => process.exit(3))
  prepareFolder(options.folder)
  const findings: Finding[] = []
  const about = describeRun(options)
  console.log(headOf(options))

  const finish = async (verdicts: Verdict[], outside: readonly string[] = []) => {
    const evidence = Object.fromEntries(
      findings.flatMap((finding): [string, Evidence[]][] =>
        'verdict' in finding && finding.evidence.length > 0 ? [[finding.verdict.check, finding.evidence]] : [],
      ),
    )
    const report = assemble({ ...about, verdicts, evidence, outside, catalogue })
    const files = await writeReport(report, catalogue, options.folder)
    console.log(`\n${summary(report, catalogue, style)}\n\nWritten: ${files.join(', ')}`)
    return report.exit
  }
  const onInterrupt = onSignals(async () => {
    launcher?.killAll()
    const judged = verdictsOf(findings)
    const left = options.share.filter(({ id }) => !judged.some(({ check }) => check === id))
    const message = 'the run was interrupted before this check was done'
    return finish([
      ...judged,
      ...left.map(({ id }): Verdict => ({
        check: id,
        notes: [],
        ms: 0,
        status: 'inconclusive',
        why: 'interrupted',
        message,
      })),
    ])
  })

  try {
    const { runVitest } = await import('../harness/vitest/run.ts')
    const found = await runVitest({
      entry: fileOf('suites/entry'),
      parts: partsOf(options).map((part) => ({ ...part, ...(launcher && { launcher: launcher.address }) })),
      onFinding(finding) {
        if (finding === undefined) return
        findings.push(finding)
        if ('verdict' in finding && checks.some(({ id }) => id === finding.verdict.check))
          console.log(progressLine(finding.verdict, style))
      },
    })
    const trouble = findings.find((finding): finding is { trouble: TroubleData } => 'trouble' in finding)
    if (trouble) throw troubleOf(trouble.trouble)
    if (onInterrupt.struck()) return await onInterrupt.code()
    const loose = found.length === 0 ? [] : withoutSecrets(found, options)
    const verdicts = [...verdictsOf(findings), ...unjudged(options, findings, loose)]
    requireReplayed(options, verdicts)
    for (const { message } of loose) console.error(`outside of any check: ${message}`)
    return await finish(
      verdicts,
      loose.map(({ message }) => message),
    )
  } finally {
    onInterrupt.release()
    await launcher?.close()
  }
}

/** The head of a run, and what it leaves out: the checks of targets of other roles. */
const headOf = (options: RunOptions): string => {
  const { role } = options.target
  const others = Object.entries(Object.groupBy(checks, roleOf)).filter(([other]) => other !== role)
  const aside = others.map(([other, list]) => `          not asked: ${list.length} of a ${other}\n`).join('')
  return headLines(describeRun(options), ofRole(invariants, role).length, style) + aside
}

/** A shard into which nothing falls still has a report, since a merge wants that of every shard. */
const passOver = async (options: RunOptions): Promise<number> => {
  prepareFolder(options.folder)
  const about = describeRun(options)
  const report = assemble({ ...about, verdicts: [], evidence: {}, catalogue })
  const files = await writeReport(report, catalogue, options.folder)
  console.log(
    `${headOf(options)}\nno check falls in this shard: nothing was judged  ${style('gray', 'exit code 0')}\n\nWritten: ${files.join(', ')}`,
  )
  return report.exit
}

/** A replay that names a check, but none of its properties or cases. */
const requireReplayed = ({ replay }: RunOptions, verdicts: readonly Verdict[]) => {
  if (
    !replay ||
    !verdicts.some((verdict) => verdict.status === 'error' && verdict.message === 'the check judged no case at all')
  )
    return
  throw new Trouble('usage', {
    place: `--replay ${replay.token}`,
    problem: 'the check has no such property or case',
    mend: 'copy the whole token from the failure',
  })
}

const verdictsOf = (findings: readonly Finding[]) =>
  findings.flatMap((finding) => ('verdict' in finding ? [finding.verdict] : []))

/** A check of ours that left no verdict is our error, and must not be lost. */
const unjudged = ({ share }: RunOptions, findings: readonly Finding[], loose: readonly Loose[]): Verdict[] => {
  const judged = new Set(verdictsOf(findings).map(({ check }) => check))
  const [first] = loose
  return share
    .filter(({ id }) => !judged.has(id))
    .map(({ id }) => ({
      check: id,
      notes: [],
      ms: 0,
      status: 'error',
      message: first?.message ?? 'the check left no verdict',
      stack: first?.stack ?? '',
    }))
}

/** What an in-process target throws may quote what it was provisioned with. */
const withoutSecrets = (loose: readonly Loose[], { plan, share }: RunOptions): Loose[] => {
  const slices = Object.fromEntries(share.map(({ id, needs }) => [id, slice(plan.seed, id, needs.shape)]))
  const clean = redactorOf(secretsOf({ application: applicationOf(plan.seed), slices }))
  return loose.map(({ message, stack }) => ({
    message: clean(message),
    stack: clean(stack),
  }))
}

const partsOf = ({ plan, share, workers }: RunOptions) =>
  Array.from({ length: workers }, (_, worker) => ({
    ...plan,
    checks: share.filter((__, index) => index % workers === worker).map(({ id }) => id),
  }))

const describeRun = ({
  target,
  targetFile,
  plan,
  selected,
  shard,
  replay,
}: RunOptions): Pick<Outcome, 'run' | 'target' | 'selected'> => ({
  run: {
    seed: plan.seed,
    runs: plan.runs,
    ...(shard && { shard }),
    transport: plan.transport,
    strict: plan.strict,
    harness: version,
    catalogueDigest: createHash('sha256')
      .update([...checks, ...invariants].map(({ id }) => id).join('\n'))
      .digest('hex'),
    at: new Date().toISOString(),
    ...(replay && { replay: replay.token }),
    invocation: inCheckout ? 'npm run brokerspec --' : 'npx brokerspec',
    targetFile,
  },
  selected: selected.map(({ id }) => id),
  ...targetOf(target),
})

const targetOf = (target: RunOptions['target']) => {
  const { role, subject, profile } = target
  return { target: { role, ...subject, profile: { ...profile }, ...moduleOf(role).describe(target) } }
}

/** Ends the process in order on the first interrupt, and at once on the second. */
const onSignals = (end: () => Promise<number>) => {
  let struck: Promise<number> | undefined
  const handle = () => {
    if (struck) process.exit(3)
    console.error('\ninterrupted: stopping the target and writing what was found so far')
    struck = end()
    struck.then(
      (code) => process.exit(code),
      (cause: unknown) => {
        console.error(`the report could not be written: ${cause instanceof Error ? cause.message : String(cause)}`)
        process.exit(3)
      },
    )
  }
  process.on('SIGINT', handle).on('SIGTERM', handle).on('SIGHUP', handle)
  return {
    struck: () => struck !== undefined,
    code: () => struck ?? Promise.resolve(3),
    release: () => void process.off('SIGINT', handle).off('SIGTERM', handle).off('SIGHUP', handle),
  }
}
