import { execFile } from 'node:child_process'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeScratch } from '../../harness/launch/scratch.ts'
import { Trouble } from '../../harness/trouble.ts'
import { categories } from './categories.ts'

/**
 * Makes the HTML report of an `allure-results` folder with the installed `allure`, offline and without trackers.
 * `outFolder` is replaced; `title` stands at the top of the page. Throws Trouble when `allure` is not installed, or `outFolder` holds something else.
 */
export const generateHtml = async (resultsFolder: string, outFolder: string, title: string): Promise<void> => {
  const allure = findAllure()
  const old = await readdir(outFolder).catch((): string[] => [])
  if (old.length > 0 && !(old.includes('index.html') && old.includes('summary.json')))
    throw new Trouble('usage', {
      place: outFolder,
      problem: 'the folder holds something that is no Allure report, and would be lost',
      mend: 'name a new folder, or empty this one',
    })
  const scratch = makeScratch('brokerspec-allure-')
  const report = join(scratch.path, 'report')
  try {
    const config = join(scratch.path, 'allurerc.json')
    await writeFile(config, JSON.stringify(configFor(report, title)))
    await promisify(execFile)(process.execPath, [allure, 'generate', '--config', config, resolve(resultsFolder)], {
      cwd: scratch.path,
      env: { ...process.env, ALLURE_NO_ANALYTICS: '1' },
      timeout: 300_000,
      maxBuffer: 2 ** 26,
    })
    await stripTrackers(report)
    await rm(outFolder, { recursive: true, force: true })
    await cp(report, outFolder, { recursive: true })
  } finally {
    scratch.remove()
  }
}

const configFor = (output: string, title: string) => ({
  name: title,
  output,
  categories,
  plugins: {
    awesome: {
      options: {
        reportName: title,
        reportLanguage: 'en',
        singleFile: true,
        groupBy: ['epic', 'feature', 'story'],
        defaultSortBy: 'status,asc',
      },
    },
  },
})

/**
 * The command of the installed `allure`: its `exports` do not name it, but it lies beside the folder of its entry. Throws
 * Trouble when it is not installed.
 */
export const findAllure = (folders: string[] = [import.meta.dirname, process.cwd()]): string => {
  try {
    const require = createRequire(import.meta.url)
    return join(require.resolve('allure', { paths: folders }), '..', '..', 'cli.js')
  } catch {
    throw new Trouble('usage', {
      place: '--allure',
      problem: 'the HTML report is made by Allure, which is not installed',
      mend: 'npm install --save-dev allure',
    })
  }
}

const scripts = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi
const tracker = /googletagmanager|google-analytics|\bgtag\s*\(/i
const remote = /<[a-z][^>]*?\s(?:src|href|action|data|poster|srcset)\s*=\s*["']?\s*(?:https?:|\/\/)[^>]*>/i

/**
 * Removes the scripts that report the reader to others from every page below a folder, and forbids each page to load
 * anything from elsewhere. Throws when a page still names another host to load from.
 */
export const stripTrackers = async (folder: string): Promise<void> => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.html?$/i.test(name))
  for (const name of names) {
    const path = join(folder, name)
    const before = await readFile(path, 'utf8')
    const page = before
      .replaceAll(scripts, (script, attributes: string, code: string) =>
        tracker.test(attributes) || tracker.test(code) ? '' : script,
      )
      .replace(/<head\b[^>]*>/i, (head) => `${head}\n    ${policy}`)
    const left = tracker.exec(page) ?? remote.exec(page)
    if (left) throw new Error(`${name} still refers to elsewhere: ${left[0].slice(0, 200)}`)
    await writeFile(path, page)
  }
}

const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'none'; base-uri 'self'; object-src 'none'">`
