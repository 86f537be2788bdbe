import { readFileSync } from 'node:fs'

/** The files that Allure puts into its one page, by name, as they were before. */
export const embeddedIn = (page: string): Map<string, Buffer> =>
  new Map(
    [...readFileSync(page, 'utf8').matchAll(/\bd\("([^"]+)","([A-Za-z0-9+/=]*)"\)/g)].map(
      ([, name = '', base64 = '']) => [name, Buffer.from(base64, 'base64')],
    ),
  )
