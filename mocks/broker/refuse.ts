import { withQuery } from '../../protocols/form.ts'
import type { ErrorText } from './pages.ts'
import { errorPage, sendTo } from './pages.ts'
import type { Policies, Refusal, Told } from './policies.ts'
import { isRefusal } from './policies.ts'
import type { Read } from './request.ts'

/** Refuses a request of the authorize flow or for a token; `given` is the redirect URI that it came with. */
export type Refuse = (refusal: Refusal, read: Read, given?: string, told?: Told) => Response

/** Refuses with the page of an error, at once or behind a redirect to `/error`. */
export const refusing =
  (policies: Policies, origin: string): Refuse =>
  (refusal, { accept }, given = '', told = {}) => {
    const shown = policies.show(refusal, given)
    if ('sentTo' in shown) return sendTo(shown.sentTo)
    if (shown.behindRedirect) return sendTo(withQuery(`${origin}/error`, [['is', refusal], ...Object.entries(told)]))
    return errorPage(refusalText(refusal, accept, told, policies), shown)
  }

/** The page of a refusal, as `/error` shows it; `undefined` where the query names none. */
export const shownError = (read: Read, policies: Policies): Response | undefined => {
  const refusal = read.one('is')
  if (!isRefusal(refusal)) return undefined
  const shown = policies.show(refusal, '')
  const [because, quoted] = [read.one('because'), read.one('quoted')]
  const told = {
    ...(because !== undefined && /^[\w-]{1,40}$/.test(because) && { because }),
    ...(quoted !== undefined && { quoted }),
  }
  return errorPage(refusalText(refusal, read.accept, told, policies), 'status' in shown ? shown : { status: 400 })
}

const refusalText = (refusal: Refusal, accept: string, told: Told, policies: Policies): ErrorText => ({
  text: policies.marksUp(policies.wording(refusal, accept, told)),
  numbers: policies.numbers(refusal, told),
})
