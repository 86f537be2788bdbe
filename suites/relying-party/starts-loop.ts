import * as fc from 'fast-check'
import { Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import { encodeForm, valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { resultSignsIn, signsIn } from './token.ts'
import type { PartyContext, Visit, Which } from './visit.ts'
import { get, needs, tell, visit } from './visit.ts'

const clauses = ['party.starts-loop'] as const

/** Judges that a visitor was sent to the endpoint of the broker, asked as the party. */
const mustAsk = ({ broker }: PartyContext, made: Visit, what: string): void => {
  const { asked, registered } = made
  const refuse = (kind: string, expected: string, actual: string): never => {
    throw new Violation(kind, { expected, actual })
  }
  if (asked === undefined) return refuse('not-asked', `${what} sent to the broker`, tell(made))
  const [endpoint = ''] = asked.url.split('?')
  if (endpoint !== broker.endpoint) refuse('elsewhere', `a visitor sent to ${broker.endpoint}`, endpoint)
  const only = (name: string, values: readonly string[], expected: string) => {
    if (values.length !== 1 || values[0] !== expected) refuse(name, `${name}=${expected}, once`, JSON.stringify(values))
  }
  only('wa', valuesOf(asked.query, 'wa'), 'wsignin1.0')
  only('wtrealm', valuesOf(asked.query, 'wtrealm'), registered.realm)
  const replies = valuesOf(asked.query, 'wreply')
  if (replies.length > 0) only('wreply', replies, registered.reply)
}

/** A visitor without session is sent to sign in. */
export const asksBroker: Check<'relying-party'> = {
  id: 'party.starts-loop.request',
  title: 'a visitor without session is sent to the broker, which is asked to sign in for this party',
  sends: 'a request for the protected page, by a browser without cookies',
  owes: 'a redirect to the endpoint of the broker with wa=wsignin1.0, the realm of the party and no reply but the registered one',
  clauses,
  needs,
  kills: ['party.shows-protected-page', 'party.omits-realm', 'party.asks-for-another-reply'],
  control: resultSignsIn,
  async run(context) {
    const which: Which[] = context.party.second ? ['first', 'second'] : ['first']
    await context.each(which, async (one) => {
      const made = await visit(context, { which: one })
      mustAsk(context, made, 'a visitor without session')
      const lacking = (['wreply', 'wctx'] as const).filter(
        (name) => valuesOf(made.asked?.query ?? [], name).length === 0,
      )
      if (lacking.length > 0) context.note(`the broker is asked without ${lacking.join(' and ')}`)
    })
  },
}

const names = fc.constantFrom('x', 'id', 'returnUrl', 'wreply', 'lang', 'FedAuth', 'debug', 'user')
const values = fc.oneof(
  fc.constantFrom('1', 'true', '/', 'admin', 'https://stranger.test/', ''),
  fc.string({ maxLength: 40 }),
)
const queries = fc.array(fc.tuple(names, values), { maxLength: 4 })
const cookies: fc.Arbitrary<[string, string][]> = fc.oneof(
  fc.constant<[string, string][]>([]),
  fc.array(
    fc.tuple(
      fc.constantFrom('FedAuth', 'FedAuth1', 'session', 'user'),
      fc.base64String({ minLength: 1, maxLength: 60 }),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
)
const agents = fc.constantFrom<Pairs>(
  [],
  [['user-agent', 'curl/8']],
  [['user-agent', 'Googlebot/2.1']],
  [['x-forwarded-for', '127.0.0.1']],
)

/** However it is asked for, a protected page is protected. */
export const anyVisit: Check<'relying-party'> = {
  id: 'party.starts-loop.any-visit',
  title: 'no request without a session gets past the sign-in, whatever is in its query and its cookies',
  sends:
    'requests for the protected page with any query, cookies that nobody set, and headers by which some programs are let through',
  owes: 'for each of them a redirect to the broker, as without, or a refusal',
  clauses,
  needs,
  kills: ['party.opens-pages-to-any-cookie', 'party.opens-pages-by-query', 'party.takes-reply-from-query'],
  control: resultSignsIn,
  run: (context) =>
    context.forEvery(
      'visit',
      fc.record({ query: queries, cookie: cookies, agent: agents }),
      context.runs,
      async (made) => {
        const query = made.query.length === 0 ? '' : `?${encodeForm(made.query)}`
        const cookie = made.cookie.map(([name, value]) => `${name}=${value}`).join('; ')
        const headers: Pairs = [...made.agent, ...(cookie === '' ? [] : ([['cookie', cookie]] as Pairs))]
        const journey = await visit(context, { path: context.party.page + query, headers })
        if (journey.asked === undefined && (journey.journey.at(-1)?.response?.status ?? 0) >= 400) return
        mustAsk(context, journey, 'a visitor without session')
      },
    ),
}

/** What is for everybody stays so. */
export const anonymousPage: Check<'relying-party'> = {
  id: 'party.starts-loop.anonymous',
  title: 'an anonymous page is shown to everybody',
  sends: 'a request for the page that the target file names as open, without cookies and by somebody who is signed in',
  owes: 'the page itself, and nobody sent to the broker',
  clauses,
  applies: ({ anonymous }) => (anonymous === undefined ? 'party.anonymous' : undefined),
  needs,
  kills: ['party.protects-every-page'],
  control: resultSignsIn,
  async run(context) {
    const path = context.party.anonymous ?? '/'
    const mustShow = ({ asked, journey }: Pick<Visit, 'asked' | 'journey'>) => {
      const status = journey.at(-1)?.response?.status ?? 0
      if (asked === undefined && status < 400) return
      throw new Violation('not-shown', { expected: `${path} shown to everybody`, actual: tell({ journey }) })
    }
    await context.each(['nobody', 'a user'], async (whom) => {
      if (whom === 'nobody') return mustShow(await visit(context, { path }))
      const { visit: made } = await signsIn(context)
      mustShow({ asked: undefined, journey: await made.browser.go(get(context, path), undefined, 'broker') })
    })
  },
}
