import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Trouble } from '../../harness/trouble.ts'
import { findAllure, generateHtml, stripTrackers } from './generate.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerspec-allure-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const pageIn = async (name: string, html: string) => {
  await mkdir(join(folder, name, 'awesome'), { recursive: true })
  const path = join(folder, name, 'awesome', 'index.html')
  await writeFile(path, html)
  return { strip: () => stripTrackers(join(folder, name)), read: () => readFile(path, 'utf8') }
}

describe('of every page', () => {
  test('trackers are removed, and loading from elsewhere is forbidden', async () => {
    const page = await pageIn(
      'tracked',
      `<html><head><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
      <script>function gtag(){dataLayer.push(arguments)} gtag('config', 'G-1')</script>
      <script>window.data = 1</script></head><body><script src="app.js"></script></body></html>`,
    )
    await page.strip()
    const html = await page.read()
    expect(html).not.toMatch(/gtag|googletag/)
    expect(html).toContain('<script>window.data = 1</script>')
    expect(html).toContain('<script src="app.js"></script>')
    expect(html).toContain(`default-src 'self'`)
  })

  test.each([
    '<script src="https://cdn.test/x.js"></script>',
    `<link rel=stylesheet href='//cdn.test/x.css'>`,
    '<img alt="" src = http://cdn.test/x.png>',
    '<iframe src="https://www.googletagmanager.com/ns.html"></iframe>',
  ])('what still loads from elsewhere throws: %s', async (html) => {
    const page = await pageIn('remote', `<html><head></head><body>${html}</body></html>`)
    await expect(page.strip()).rejects.toThrow('still refers to elsewhere')
  })
})

test('a folder that holds something else is left alone', async () => {
  await mkdir(join(folder, 'mine'))
  await writeFile(join(folder, 'mine', 'thesis.txt'), '')
  await expect(generateHtml(folder, join(folder, 'mine'), 'title')).rejects.toBeInstanceOf(Trouble)
  expect(await readdir(join(folder, 'mine'))).toEqual(['thesis.txt'])
})

test('without allure the trouble names how to install it', () => {
  const mend = 'npm install --save-dev allure'
  expect(() => findAllure([join(folder, 'nowhere')])).toThrow(expect.objectContaining({ name: 'Trouble', mend }))
})
