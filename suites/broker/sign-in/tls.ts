import { single } from '../../../fixtures/world/slice.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { isTargets } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { plainOriginOf } from '../../../harness/wire/plain.ts'
import { readMetadata } from '../../../protocols/metadata/read-metadata.ts'
import type { WireRequest } from '../../../protocols/wire.ts'
import { textOf } from '../../../protocols/wire.ts'
import { openCookieIn } from '../authorize/cookies.ts'
import type { People } from './request.ts'
import { metadataOf, partiesOf, partiesSignIn, seenBy, signIn, speaks, trustOf, validSignIn } from './request.ts'

/** The cookie that is set without Secure in the sign-ins of a party, and around them. */
const openCookie = async (context: Context, { party, user }: People): Promise<string | undefined> => {
  const browser = context.browser()
  const valid = validSignIn(context, party)
  const asked = await signIn(context, valid, user, browser)
  seenBy(party, trustOf(context, await metadataOf(context)), asked)
  const journeys = [asked.journey]
  for (const input of [valid, { ...valid, realm: 'urn:nobody' }]) {
    journeys.push((await signIn(context, input, user, browser)).journey)
  }
  const { signOut } = context.dialect
  if (signOut !== null && signOut !== 'undriven') journeys.push(await browser.go(signOut.request({}, context.at)))
  return openCookieIn(journeys, context.clock.now())
}

/** What a plain request obtained; nothing, where the connection broke or was refused. */
const obtained = (context: Context, journey: Journey | undefined): string | undefined => {
  const last = journey?.at(-1)
  if (last?.response === undefined) return undefined
  const next = nextOf(last)
  if (next.is === 'redirect' || next.is === 'form-post') {
    const to = next.is === 'redirect' ? next.to : next.action
    const { protocol, origin } = URL.canParse(to) ? new URL(to) : { protocol: '', origin: '' }
    if (protocol === 'https:' && isTargets(context.at, origin)) return undefined
    if (next.is === 'form-post' || origin === context.at.idp) return `the user was sent on to ${to.split('?', 1)[0]}`
    throw new Inconclusive('unreadable', `without TLS the user was sent to ${to}, which is nobody's that we know`)
  }
  const text = textOf(last.response)
  if (last.response.status < 400 && readMetadata(text).is === 'metadata') return 'the federation metadata'
  if (last.response.status >= 400 || speaks(context, 'signIn').read([last]).is === 'refusal') return undefined
  throw new Inconclusive(
    'unreadable',
    `without TLS a page with status ${last.response.status} came, which may be anything`,
  )
}

/** A connection that breaks, or never answers, has served nobody. */
const withoutTls = async (context: Context, request: WireRequest): Promise<Journey | undefined> => {
  try {
    return await context.plainBrowser?.().go(request)
  } catch (cause) {
    if (cause instanceof Inconclusive && !context.signal.aborted) return undefined
    throw cause
  }
}

/** What is asked for without TLS, at each origin of the target: a sign-in at each party, and the metadata. */
const plainRequests = (context: Context): WireRequest[] => {
  const { at, plainBrowser } = context
  if (plainBrowser === undefined) {
    context.note('plain HTTP was not tried: a target within this process has no port of its own')
    return []
  }
  const requests = [
    ...partiesOf(context).map(({ party }) => speaks(context, 'signIn').request(validSignIn(context, party), at)),
    speaks(context, 'metadata').request({}, at),
  ]
  return [at.target, ...(at.also ?? [])].flatMap((origin) =>
    requests.map((request) => ({ ...request, origin: plainOriginOf(origin) })),
  )
}

/**
 * Cookies go over TLS alone, and so does everything else. Where an operator may listen beside is not known: what is asked without TLS is
 * the address of the target itself.
 */
export const tlsOnly: Check = {
  id: 'sign-in.tls-only.cookies-and-plain-http',
  title: 'every cookie of the broker is Secure, and without TLS it serves nobody',
  sends:
    'sign-ins, valid and not, and a sign-out; then sign-in requests and one for the metadata as plain HTTP to the address of the broker, where it has one of its own',
  owes: 'Secure on every cookie but those that are taken away; without TLS a broken connection, a refusal, or a redirect to HTTPS at the broker',
  clauses: ['sign-in.tls-only'],
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: ['broker.omits-secure', 'broker.omits-secure-of-session'],
  control: partiesSignIn,
  async run(context) {
    const plain = plainRequests(context).map((request) => ({ is: 'plain', request }) as const)
    const secure = partiesOf(context).map((people) => ({ is: 'secure', people }) as const)
    await context.each([...secure, ...plain], async (asked) => {
      if (asked.is === 'secure') {
        const cookie = await openCookie(context, asked.people)
        if (cookie === undefined) return
        throw new Violation('cookie', { expected: 'Secure on every cookie', actual: `the cookie ${cookie} without it` })
      }
      const what = obtained(context, await withoutTls(context, asked.request))
      if (what === undefined) return
      throw new Violation('served-plainly', { expected: 'nothing served without TLS', actual: what })
    })
  },
}
