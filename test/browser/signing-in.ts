import type { BrowserContext, Page } from 'playwright-core'
import type { User } from '../../fixtures/world/shapes.ts'

/** Fills in the page that asks for name and password, and sends it, as a person does. */
export const signsIn = async (page: Page, { name, password }: User): Promise<void> => {
  await page.fill('input:not([type=hidden], [type=password], [type=submit])', name)
  await page.fill('input[type=password]', password)
  await page.press('input[type=password]', 'Enter')
}

/** Every request that a profile makes from now on, by method and URL, as Chromium itself tells it. */
export const requestsOf = (profile: BrowserContext): readonly string[] => {
  const made: string[] = []
  profile.on('request', (request) => void made.push(`${request.method()} ${request.url()}`))
  return made
}
