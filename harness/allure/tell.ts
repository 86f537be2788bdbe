import {
  attachment,
  description,
  displayName,
  historyId,
  labels,
  logStep,
  parameter,
  Status,
  step,
  testCaseId,
} from 'allure-js-commons'
import { ALLURE_HTTP_EXCHANGE_CONTENT_TYPE, ALLURE_HTTP_EXCHANGE_FILE_EXTENSION } from 'allure-js-commons/http'
import type { Verdict } from '../judge/verdict.ts'
import type { Account, Exchanged } from './account.ts'
import { isAdvice } from './account.ts'
import { descriptionOf } from './description.ts'
import { nameOf, toHttpExchange } from './exchanges.ts'
import { historyIdOf, labelsOf, parametersOf } from './labels.ts'
import { toSequence } from './sequence.ts'

/** Of the exchanges of a verdict, so many of the last are shown. */
const mostExchanges = 60
const phases = {
  control: 'Control: the valid form',
  run: 'Run: the same with one thing changed',
  late: 'Late: the valid form once more',
}

/**
 * Tells a verdict with its evidence to the Allure runtime that listens to the current test; without one, nothing is done.
 * `error` is what the test ends with: it marks the phase that decided.
 */
export const tell = async (account: Account, error: Error | undefined): Promise<void> => {
  if (!isHeard()) return
  const { verdict, rule, evidence } = account
  const title = rule?.title ?? verdict.check
  await displayName(isAdvice(verdict) ? `advice: ${title}` : title)
  await testCaseId(verdict.check)
  await historyId(historyIdOf(account))
  await labels(...labelsOf(account))
  for (const { name, value, excluded = false } of parametersOf(account)) await parameter(name, value, { excluded })
  await description(descriptionOf(account))
  if (evidence.length > 0) await tellExchanges(account, error)
}

const tellExchanges = async ({ verdict, evidence }: Account, error: Error | undefined) => {
  await attachment('Sequence of the exchanges', toSequence(verdict.check, evidence), {
    contentType: 'image/svg+xml',
    fileExtension: 'svg',
  })
  const shown = evidence.slice(-mostExchanges)
  const left = evidence.length - shown.length
  if (left > 0) await logStep(`${left} earlier exchanges are left out`, Status.SKIPPED)
  const grouped = Map.groupBy(shown, ({ phase }) => phase)
  const decisive = decisivePhase(verdict, [...grouped.keys()])
  for (const [phase, exchanges] of grouped) {
    const told = step(phases[phase], async () => {
      for (const exchange of exchanges) await tellExchange(exchange)
      if (phase === decisive && error) throw error
    })
    await Promise.resolve(told).catch((cause: unknown) => {
      if (cause !== error) throw cause
    })
  }
}

const tellExchange = (exchange: Exchanged) =>
  attachment(nameOf(exchange), `${JSON.stringify(toHttpExchange(exchange))}\n`, {
    contentType: ALLURE_HTTP_EXCHANGE_CONTENT_TYPE,
    fileExtension: ALLURE_HTTP_EXCHANGE_FILE_EXTENSION,
  })

const decisivePhase = (verdict: Verdict, seen: readonly Exchanged['phase'][]) => {
  if (verdict.status === 'inconclusive' && verdict.why === 'died') return 'late'
  return seen.includes('run') ? 'run' : seen.at(-1)
}

/** Without a listener each of the functions above would look for one, and complain. */
const isHeard = () => 'allureTestRuntime' in globalThis
