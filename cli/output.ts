import { rmSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Trouble } from '../harness/trouble.ts'
import { wrongFields } from '../harness/wrong-fields.ts'
import type { Outcome } from '../reports/assemble.ts'
import { toJunit } from '../reports/junit.ts'
import type { Report } from '../reports/report.ts'
import { reportSchema } from '../reports/report.ts'
import { cannotWrite, writableFolder } from './folder.ts'

/**
 * Makes sure that a report can be written, before anything is judged, and takes an older one away: whoever finds a report
 * there finds the one of this run.
 */
export const prepareFolder = (folder: string): void => {
  writableFolder('--report', folder)
  try {
    for (const name of ['report.json', 'junit.xml']) rmSync(join(folder, name), { force: true })
  } catch (cause) {
    throw cannotWrite('--report', folder, cause)
  }
}

/** Writes the JSON report and what is made from it; each file appears whole or not at all. */
export const writeReport = async (
  report: Report,
  catalogue: Outcome['catalogue'],
  folder: string,
): Promise<string[]> => {
  const files = {
    'report.json': `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`,
    'junit.xml': toJunit(report, catalogue),
  }
  writableFolder('--report', folder)
  try {
    return await Promise.all(
      Object.entries(files).map(async ([name, text]) => {
        const path = join(folder, name)
        await writeFile(`${path}.part`, text)
        await rename(`${path}.part`, path)
        return path
      }),
    )
  } catch (cause) {
    throw cannotWrite('--report', folder, cause)
  }
}

/** Reads a JSON report. Throws Trouble naming the field that is wrong. */
export const readReport = async (path: string): Promise<Report> => {
  const mend = 'give the report.json files that brokerspec run has written'
  const json = await readFile(path, 'utf8')
    .then(
      (text): unknown => JSON.parse(text),
      (cause: unknown) => {
        throw new Trouble('usage', { place: path, problem: `cannot be read: ${String(cause)}`, mend })
      },
    )
    .catch((cause: unknown) => {
      throw cause instanceof Trouble
        ? cause
        : new Trouble('usage', { place: path, problem: `is not JSON: ${String(cause)}`, mend })
    })
  const result = reportSchema.safeParse(json)
  if (result.success) return result.data
  throw new Trouble('usage', {
    place: path,
    problem: wrongFields(result.error),
    mend,
  })
}
