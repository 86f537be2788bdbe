import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { authorize, registeredGetsCode, validRequest } from './request.ts'

/** What of a cookie is asked about. */
type Cookie = { name: string; secure: boolean; removes: boolean }

/** The cookies that the target sets on a journey (RFC 6265 section 4.1). */
const cookiesIn = (journey: Journey, now: number): Cookie[] =>
  journey
    .filter(({ to }) => to === 'target')
    .flatMap(({ response }) => response?.headers ?? [])
    .filter(([name]) => name === 'set-cookie')
    .map(([, value]) => {
      const [pair = '', ...attributes] = value.split(';').map((part) => part.trim())
      const [maxAge, expires] = ['max-age', 'expires'].map(
        (name) => attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1) ?? '',
      )
      return {
        name: pair.split('=', 1)[0] ?? '',
        secure: attributes.some((one) => one.toLowerCase() === 'secure'),
        removes: maxAge === '' ? Date.parse(expires ?? '') < now : Number(maxAge) <= 0,
      }
    })

/** The name of a cookie that the target sets without Secure, and does not take away, on these journeys. */
export const openCookieIn = (journeys: readonly Journey[], now: number): string | undefined =>
  journeys.flatMap((journey) => cookiesIn(journey, now)).find(({ secure, removes }) => !secure && !removes)?.name

/** What is signed in to by OAuth is signed in to as well. */
export const authorizeCookies: Check = {
  id: 'sign-in.tls-only.authorize-cookies',
  title: 'every cookie of the authorize flow is Secure',
  sends: 'authorization requests with states of many lengths and with none, followed to their end, and refused ones',
  owes: 'Secure on every cookie but those that are taken away',
  clauses: ['sign-in.tls-only'],
  needs: { capabilities: ['oauth', 'speaks:authorize'], shape: single, scope: 'slice' },
  kills: ['broker.omits-secure-of-authorization', 'broker.omits-secure-with-long-states'],
  control: registeredGetsCode,
  async run(context) {
    const valid = validRequest(context)
    const attempt = async (changed: Partial<typeof valid>) => {
      const { journey } = await authorize(context, { ...valid, ...changed })
      const cookie = openCookieIn([journey], context.clock.now())
      if (cookie === undefined) return
      throw new Violation('cookie', { expected: 'Secure on every cookie', actual: `the cookie ${cookie} without it` })
    }
    await context.each<Partial<typeof valid>>(
      [{}, { state: [] }, { redirectUri: `https://stranger-${context.slice.tag}.test/` }, { responseType: 'token' }],
      attempt,
    )
    const states = fc
      .integer({ min: 1, max: Math.min(1_000, context.profile.stateBytes) })
      .map((length) => 'x'.repeat(length))
    await context.forEvery('states', states, Math.ceil(context.runs / 4), (state) => attempt({ state }))
  },
}
