import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../reports/report.ts'

type Judged = { output: string; report: Report }

const here = import.meta.dirname
const cli = join(here, '../../cli/brokerspec.js')
const target = join(here, 'target.json')
const expected = join(here, 'expected.json')
const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))

/** Runs the command line; it must end with exit code 0. */
const judgeIn = async (folder: string): Promise<Judged> => {
  const words = [cli, 'run', '--seed', '1', '--target', target, '--report', folder]
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, words, (error, stdout, stderr) =>
      error ? reject(new Error(`exit code ${error.code}\n${stdout}${stderr}`)) : resolve(stdout + stderr),
    )
  })
  return { output, report: (await readJson(join(folder, 'report.json'))) as Report }
}

/** What is expected of a run, as expected.json has it; `vitest -u` writes it anew. */
const essenceOf = ({ target: { name, version }, verdicts, clauses }: Report) => {
  const statuses = Object.fromEntries(verdicts.map(({ check, status }) => [check, status]))
  return `${JSON.stringify({ subject: { name, version }, verdicts: statuses, clauses }, null, 2)}\n`
}

/** The clauses under "not applicable", which names them by section, over several lines: `sign-out.{malformed, ends-session}`. */
const notApplicableIn = (output: string) => {
  const [lines = ''] = /^ {2}not applicable \d+,.*(?:\n {4}.*)*/m.exec(output) ?? []
  return [...lines.replaceAll(/\s+/g, ' ').matchAll(/([\w-]+)\.\{([^}]*)\}/g)].flatMap(([, section, members = '']) =>
    members.split(', ').map((member) => `${section}.${member}`),
  )
}

describe('oidc-provider passes on the command line, and', () => {
  let folder = ''
  let judged: Judged

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brokerspec-oidc-provider-'))
    judged = await judgeIn(folder)
  }, 180_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('gets the expected verdict of every check and status of every clause', async () => {
    await expect(essenceOf(judged.report)).toMatchFileSnapshot(expected)
  })

  test('is installed in the version that is expected', async () => {
    const installed = createRequire(import.meta.url).resolve('oidc-provider/package.json')
    const { name, version } = (await readJson(installed)) as Report['target']
    expect(await readJson(expected)).toMatchObject({ subject: { name, version } })
  })

  test('has every clause that is not applicable named on the terminal', () => {
    const { clauses } = judged.report
    const absent = Object.keys(clauses).filter((id) => clauses[id] === 'not-applicable')
    expect(notApplicableIn(judged.output).toSorted()).toEqual(absent.toSorted())
    expect(absent).not.toEqual([])
  })
})
