import type { TestResult } from 'allure-js-commons'
import AllureVitestReporter from 'allure-vitest/reporter'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from '../../harness/allure/account.ts'
import { ruleOf } from '../../harness/allure/account.ts'
import { inOneLine } from '../../harness/allure/text.ts'
import type { Check, Invariant } from '../../harness/judge/check.ts'
import { replayCommand } from '../../harness/judge/replay-command.ts'
import { messageOf } from '../../harness/vitest/conclude.ts'
import { startVitest } from '../../harness/vitest/start.ts'
import type { Report } from '../report.ts'
import { outcomes } from '../report.ts'
import { categories } from './categories.ts'

type Catalogue = { checks: readonly Check[]; invariants: readonly Invariant[] }

/**
 * Writes an `allure-results` folder: tells the report again to allure-vitest, as the tests that it was made of. `entry` is
 * the file that registers them. Results of an earlier run would be shown as retries, so they are removed.
 */
export const writeResults = async (
  report: Report,
  catalogue: Catalogue,
  { entry, folder }: { entry: string; folder: string },
): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const stale = (await readdir(folder)).filter((name) => ofAllure.test(name))
  await Promise.all(stale.map((name) => rm(join(folder, name))))

  const accounts = accountsOf(report, catalogue)
  const written = new Set<string>()
  const reporter = new AllureVitestReporter({
    resultsDir: folder,
    reportMatchers: false,
    categories,
    environmentInfo: environmentOf(report),
    listeners: [
      {
        beforeTestResultWrite(result) {
          const account = accounts.find(({ verdict }) => verdict.check === result.testCaseId)
          if (account === undefined) return
          backdate(result, account, Date.parse(report.run.at))
          written.add(account.verdict.check)
        },
      },
    ],
  })
  await startVitest({ entry, provided: [{ brokerspecAccounts: accounts }], reporter })
  const lost = accounts.filter(({ verdict }) => !written.has(verdict.check))
  if (lost.length > 0)
    throw new Error(`allure-vitest wrote no result for ${lost.map(({ verdict }) => verdict.check).join(', ')}`)
}

/** The names that Allure's writer gives to its files. */
const ofAllure = /^[0-9a-f]{8}-[0-9a-f-]{27}-(?:result\.json|container\.json|attachment(?:\.\w+)?)$/

const accountsOf = (report: Report, { checks, invariants }: Catalogue): Account[] => {
  const { run, target, waivers, evidence } = report
  return report.verdicts.map((verdict) => {
    const rule = [...checks, ...invariants].find(({ id }) => id === verdict.check)
    return {
      verdict,
      evidence: evidence[verdict.check] ?? [],
      ...(rule && { rule: ruleOf(rule) }),
      target,
      run,
      replay: replayCommand(report, verdict),
      waived:
        verdict.status === 'fail' &&
        waivers.some(
          ({ check, signature, state }) =>
            state === 'used' && check === verdict.check && signature === verdict.signature,
        ),
    }
  })
}

const ofThisReplay = new Set(['host', 'thread', 'package', 'language', 'framework'])

/**
 * Makes the result of a replay that of the run: its time, its whole message, and nothing of the machine and the file that
 * told it again. The status stays as allure-vitest has found it.
 */
const backdate = (result: TestResult, { verdict, target }: Account, start: number) => {
  result.start = start
  result.stop = start + Math.round(verdict.ms)
  result.steps.forEach(withoutTime)
  result.fullName = verdict.check
  result.titlePath = [target.role, ...verdict.check.split('.').slice(0, -1)]
  result.labels = result.labels.filter(({ name }) => !ofThisReplay.has(name) && !name.startsWith('_'))
  const message = messageOf(verdict)
  if (message !== undefined) result.statusDetails = { ...result.statusDetails, message }
}

const withoutTime = (step: TestResult['steps'][number]) => {
  delete step.start
  delete step.stop
  step.steps?.forEach(withoutTime)
}

const environmentOf = ({ run, target, clauses: rolled, exit }: Report): Record<string, string> => {
  const countOf = (status: string) => Object.values(rolled).filter((one) => one === status).length
  const rows = {
    target: `${target.name} ${target.version}`,
    result: `${outcomes[exit]} (exit code ${exit})`,
    role: target.role,
    dialect: target.dialect,
    transport: run.transport,
    seed: String(run.seed),
    runs: String(run.runs),
    strict: String(run.strict),
    ...(run.shard && { shard: run.shard.join('/') }),
    harness: `brokerspec ${run.harness}`,
    at: run.at,
    'clauses.not.tested': String(countOf('not-tested')),
    'clauses.not.applicable': String(countOf('not-applicable')),
    capabilities: target.capabilities.join(', '),
  }
  return Object.fromEntries(Object.entries(rows).map(([name, value]) => [name, inOneLine(value)]))
}
