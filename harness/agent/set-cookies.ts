import { Cookie } from 'tough-cookie'
import type { Exchange } from '../record/exchange.ts'

/** A cookie as an answer set it. */
export type SetCookie = {
  name: string
  value: string
  secure: boolean
  httpOnly: boolean
  sameSite: string | undefined
}

/** The cookies that the answers of a journey set and that are there at its end, the newest of each name. */
export const cookiesSet = (journey: readonly Exchange[]): SetCookie[] => {
  const kept = new Map<string, SetCookie>()
  for (const { response } of journey) {
    for (const [header, text] of response?.headers ?? []) {
      const cookie = header === 'set-cookie' ? Cookie.parse(text, { loose: true }) : undefined
      if (cookie === undefined) continue
      const { key: name, value, secure, httpOnly, sameSite, maxAge } = cookie
      const gone = value === '' || (typeof maxAge === 'number' && maxAge <= 0)
      if (gone) kept.delete(name)
      else kept.set(name, { name, value, secure, httpOnly, sameSite })
    }
  }
  return [...kept.values()]
}
