import { Trouble } from '../harness/trouble.ts'
import { MergeError } from '../reports/merge.ts'
import { explain } from './explain.ts'
import { list } from './list.ts'
import { mergeReports } from './merge.ts'
import { provision } from './provision.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { version } from './version.ts'

const help = `brokerspec ${version}: conformance and security tests for federation brokers

  brokerspec run [options]            judge a target; without --target, an embedded reference
    --target <file>                   target file: .json, .js or .ts
    --role <role>                     whose reference: broker (default), token-cache or relying-party
    --only <prefix>[,<prefix>…]       checks whose id, or whose clause's id, begins so; may be repeated
    --seed <n>                        default: drawn and printed
    --runs <n>                        cases for each property check, default 100
    --replay <check/property/path>    one case alone, as a failure printed it
    --shard <i/n>                     the i-th of n shares; put together with merge
    --transport direct|https          how an in-process target is reached, default direct
    --strict                          advice fails the run too
    --report <folder>                 where report.json and junit.xml go, default reports/out
  brokerspec list [--json]            clauses, checks and faults
  brokerspec explain <id>             a clause, check, invariant or fault
  brokerspec merge <report.json>… [--report <folder>]
  brokerspec report [report.json] [--allure <folder>] [--results <folder>]
                                      a page to open in a browser, made by Allure without a network;
                                      --results keeps the results that it is made of
  brokerspec provision --target <file> [--out <file>] [--seed <n>] [--renew]
                                      writes the document a running target must be set up with, and its keys

Exit codes: 0 pass, 1 fail, 2 inconclusive, 3 error in the harness, 4 usage or configuration, 5 target unreachable`

const commands: Record<string, (args: string[]) => Promise<number> | number> = {
  run,
  list,
  explain,
  merge: mergeReports,
  report,
  provision,
}

/** Runs a command line and gives its exit code. A user's mistake is told in one screen, without a stack. */
export const main = async ([name = '--help', ...args]: string[]): Promise<number> => {
  if (name === '--help' || name === '-h' || name === 'help' || args.includes('--help')) {
    console.log(help)
    return 0
  }
  if (name === '--version' || name === '-v') {
    console.log(version)
    return 0
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command === undefined) {
      throw new Trouble('usage', {
        place: name,
        problem: 'there is no such command',
        mend: `one of ${Object.keys(commands).join(', ')}; see brokerspec --help`,
      })
    }
    return await command(args)
  } catch (cause) {
    if (cause instanceof Trouble) return tell(cause)
    if (cause instanceof MergeError)
      return tell(
        new Trouble('usage', {
          place: 'merge',
          problem: cause.message,
          mend: 'give the report of every shard of one run, each once',
        }),
      )
    if (isArgumentError(cause))
      return tell(
        new Trouble('usage', { place: `brokerspec ${name}`, problem: cause.message, mend: 'see brokerspec --help' }),
      )
    console.error(
      `error in the harness, not in the target:\n${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
    )
    return 3
  }
}

const isArgumentError = (cause: unknown): cause is Error =>
  cause instanceof Error && 'code' in cause && String(cause.code).startsWith('ERR_PARSE_ARGS')

/** Says what is wrong, where, and how to mend it. */
export const tell = ({ kind, place, message, mend }: Trouble): number => {
  const body = message
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
  console.error(
    `brokerspec: ${kind === 'usage' ? 'cannot start' : 'the target cannot be reached'}\n\n  ${place}\n${body}\n\n  ${mend}`,
  )
  return kind === 'usage' ? 4 : 5
}
