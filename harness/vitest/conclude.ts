import { printable } from '../allure/text.ts'
import type { Account } from '../allure/account.ts'
import { isAdvice } from '../allure/account.ts'
import { tell } from '../allure/tell.ts'
import type { Verdict } from '../judge/verdict.ts'

/** Tells Allure, if it listens, and ends the test as its verdict says. */
export const conclude = async (account: Account, skip: (note?: string) => void): Promise<void> => {
  const { verdict, run, replay } = account
  const error = errorOf(verdict, run.strict, replay)
  await tell(account, error)
  if (verdict.status === 'not-applicable') skip(messageOf(verdict))
  if (error) throw error
}

/**
 * What a test throws: nothing for a pass, for what is not applicable, and for advice unless it counts. Allure takes an error
 * for a failure when it carries `expected`, or when "assert" is anywhere in its words; any other is broken. So only an
 * accusation carries it, and the words of others, which nobody can vouch for, stand apart in `cause`.
 */
export const errorOf = (verdict: Verdict, strict: boolean, replay: string): Error | undefined => {
  if (verdict.status === 'fail' && (strict || !isAdvice(verdict))) {
    const [expected, actual] = [printable(verdict.expected), printable(verdict.actual)]
    const error = bare(messageOf(verdict) ?? '', `${verdict.signature}\nreplay: ${replay}`)
    return Object.assign(error, { expected, actual, showDiff: false })
  }
  if (verdict.status === 'inconclusive') {
    return bare(`inconclusive (${verdict.why})`, '', bare(printable(verdict.message), ''))
  }
  if (verdict.status === 'error') {
    return bare('error in the harness', '', bare(printable(verdict.message), printable(verdict.stack)))
  }
  return undefined
}

/** What a verdict says, in a line or two; its beginning tells the kinds apart. A pass says nothing. */
export const messageOf = (verdict: Verdict): string | undefined => {
  if (verdict.status === 'pass') return undefined
  if (verdict.status === 'inconclusive') return `inconclusive (${verdict.why}): ${printable(verdict.message)}`
  if (verdict.status === 'error') return `error in the harness: ${printable(verdict.message)}`
  if (verdict.status === 'not-applicable')
    return `not applicable: the target lacks ${printable(verdict.missing.join(', '))}`
  const kind = isAdvice(verdict) ? 'advice' : 'violation'
  return `${kind}: expected ${printable(verdict.expected)}\ngot ${printable(verdict.actual)}`
}

/** An error whose stack is what we say: where in the harness it was thrown helps nobody. */
const bare = (message: string, stack: string, cause?: Error) =>
  Object.assign(new Error(message, cause && { cause }), { stack })
