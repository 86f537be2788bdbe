import { Cookie, CookieJar, cookieCompare } from 'tough-cookie'
import type { Clock } from '../../protocols/clock.ts'

/** What a browser remembers for hosts. */
export type Cookies = {
  /** The value of the `Cookie` header for a URL; empty when there is nothing to send. */
  sentTo(url: string): Promise<string>
  /** Keeps what a `Set-Cookie` header from a URL says; what a browser would not keep is passed over. */
  keep(header: string, url: string): Promise<void>
}

const lastInstant = 8_640_000_000_000_000

/**
 * Makes an empty jar that ages by a clock, forwards and backwards. Max-Age counts from when the cookie came.
 *
 * @see RFC 6265 section 5.3, steps 3 and 12; section 5.4
 */
export const makeCookies = (clock: Clock): Cookies => {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true })

  return {
    async sentTo(url) {
      const known = await jar.getCookies(url, { expire: false })
      return known
        .filter((cookie) => (cookie.expiryTime() ?? Infinity) > clock.now())
        .toSorted(cookieCompare)
        .map((cookie) => cookie.cookieString())
        .join('; ')
    },
    async keep(header, url) {
      const cookie = Cookie.parse(header, { loose: true })
      if (cookie === undefined) return
      const now = clock.now()
      if (typeof cookie.maxAge === 'number') {
        const over = now + cookie.maxAge * 1_000
        cookie.expires = cookie.maxAge <= 0 ? new Date(0) : over > lastInstant ? 'Infinity' : new Date(over)
        cookie.maxAge = null
      }
      await jar.setCookie(cookie, url, { ignoreError: true, now: new Date(now) })
    },
  }
}
