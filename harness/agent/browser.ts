import type { User } from '../../fixtures/world/shapes.ts'
import type { Clock } from '../../protocols/clock.ts'
import { encodeForm, withQuery } from '../../protocols/form.ts'
import type { Pairs, Wire, WireRequest, WireResponse } from '../../protocols/wire.ts'
import { headerOf, textOf, urlOf } from '../../protocols/wire.ts'
import { Inconclusive } from '../judge/blame.ts'
import type { Actor, Exchange, Plane } from '../record/exchange.ts'
import { mockActors } from '../record/exchange.ts'
import type { Cookies } from './cookies.ts'
import { makeCookies } from './cookies.ts'
import type { Form } from './forms.ts'
import { readPage } from './forms.ts'
import type { Next } from './next.ts'
import { nextOf, resolve } from './next.ts'

/** The hops of one navigation, in order; the last one is where the browser stopped or was sent away. */
export type Journey = readonly Exchange[]

/** A person's browser: cookies, redirects, forms that submit themselves, and the identity provider's sign-in and consent pages. */
export type Browser = {
  /**
   * Opens a request and follows it for as long as it stays with the target or the identity provider; `as` signs in where
   * the provider asks and accepts where it asks for consent, `until` stops before an actor is contacted. Network trouble is {@link Inconclusive}.
   */
  go(request: WireRequest, as?: User, until?: Actor): Promise<Journey>
  /** Goes on where a journey stopped: at the provider's sign-in or consent page, or before an actor; `until` as above. */
  resume(journey: Journey, as: User, until?: Actor): Promise<Journey>
  /**
   * Types name and password where the page asks for them on which a journey ended, whoever's it is, or answers its challenge, as
   * somebody would who does not look at the address. Nothing, where it does not ask.
   */
  type(journey: Journey, as: User): Promise<Journey | undefined>
  /** Fetches the images and frames of the page on which a journey ended, those of the target and the provider. */
  load(journey: Journey): Promise<Journey>
  /** The same browser, whose requests to the target go to these of its nodes in turn, over and over. */
  via(...nodes: number[]): Browser
}

/** What a browser is made of. `actorAt` tells whom an origin belongs to; nothing else is ever contacted. */
export type BrowserParts = {
  wire: Wire
  /** The wire by way of these nodes in turn; absent: the target has one node. */
  via?(nodes: readonly number[]): Wire
  actorAt(origin: string): Actor | undefined
  record(exchange: {
    plane: Plane
    from: Actor
    to: Actor
    request: WireRequest
    response?: WireResponse
    broke?: string
  }): Exchange
  signal: AbortSignal
  /** By which cookies age. */
  clock: Clock
  /** How long one answer may take, in ms. */
  requestMs: number
}

const maxHops = 20
const longestAnswer = 1_048_576

/** How deep frames within frames are loaded, and how many images and frames in all. */
const [deepest, mostLoads] = [3, 50]

/** The URLs of the images and frames of every page that a journey showed, also of those that led on by themselves. */
export const loadsOf = (journey: Journey): string[] => journey.flatMap(loadsIn)

const loadsIn = (hop: Exchange): string[] => {
  if (hop.response === undefined || (hop.response.status >= 300 && hop.response.status < 400)) return []
  const next = nextOf(hop)
  return (next.is === 'page' ? next.page : readPage(textOf(hop.response))).loads.map((source) =>
    resolve(source, urlOf(hop.request)),
  )
}

/** Makes a browser with an empty cookie jar. */
export const makeBrowser = (parts: BrowserParts): Browser => browserWith(parts, makeCookies(parts.clock))

const browserWith = (parts: BrowserParts, jar: Cookies): Browser => {
  const send = async (bare: WireRequest): Promise<Exchange> => {
    const to = parts.actorAt(bare.origin)
    if (to === undefined) throw new TypeError(`a browser was sent to ${bare.origin}, which is nobody's`)
    const cookies = await jar.sentTo(urlOf(bare))
    const request: WireRequest = {
      ...bare,
      headers: [...bare.headers, ...(cookies === '' ? [] : ([['cookie', cookies]] as Pairs))],
    }
    const plane: Plane = mockActors.find((actor) => actor === to) ?? 'party'
    const route = { plane, from: 'browser', to, request } as const

    const response = await answerOf(parts, request).catch((cause: unknown) => {
      parts.record({ ...route, broke: messageOf(cause) })
      throw cause instanceof Inconclusive
        ? cause
        : new Inconclusive('unreadable', `no readable answer from the ${to}: ${messageOf(cause)}`, { cause })
    })
    if (response.body.length > longestAnswer) {
      parts.record({ ...route, broke: 'the answer is too long' })
      throw new Inconclusive('unreadable', `the ${to} answered with more than ${longestAnswer} bytes`)
    }
    for (const [name, value] of response.headers) {
      if (name === 'set-cookie') await jar.keep(value, urlOf(request))
    }
    return parts.record({ ...route, response })
  }

  const follow = async (
    first: WireRequest | undefined,
    as?: User,
    until?: Actor,
    signedIn = false,
  ): Promise<Exchange[]> => {
    const hops: Exchange[] = []
    let request = first
    let asked = signedIn ? undefined : as
    while (request !== undefined) {
      const actor = parts.actorAt(request.origin)
      if (actor === undefined || actor === until) break
      if (hops.length === maxHops)
        throw new Inconclusive('unreadable', `the browser was sent on more than ${maxHops} times`)
      const hop = await send(request)
      hops.push(hop)
      const signIn: WireRequest | undefined = asked && signInAt(hop, asked)
      if (signIn) asked = undefined
      const answer: WireRequest | undefined = signIn ?? (as && consentAt(hop))
      request = answer ?? onward(nextOf(hop), hop)
    }
    return hops
  }

  return {
    go: follow,
    async resume(journey, as, until) {
      const last = journey.at(-1)
      const signIn = last && signInAt(last, as)
      if (signIn) return follow(signIn, as, until, true)
      return follow(last && (consentAt(last) ?? onward(nextOf(last), last)), as, until)
    },
    async type(journey, as) {
      const last = journey.at(-1)
      const typed = last && (credentialsAt(last, as) ?? challengedAt(last, as))
      return typed && follow(typed)
    },
    async load(journey) {
      const loaded: Exchange[] = []
      let pages: Journey = journey
      for (let depth = 0; depth < deepest; depth += 1) {
        const within: Exchange[] = []
        for (const hop of pages)
          for (const url of loadsIn(hop))
            if (loaded.length + within.length < mostLoads) within.push(...(await follow(at(url, hop.request))))
        loaded.push(...within)
        pages = within
      }
      return loaded
    },
    via(...nodes) {
      if (parts.via === undefined || nodes.length === 0) throw new TypeError('there are no nodes to go by')
      return browserWith({ ...parts, wire: parts.via(nodes) }, jar)
    },
  }
}

const answerOf = async ({ wire, signal, requestMs }: BrowserParts, request: WireRequest): Promise<WireResponse> => {
  if (signal.aborted) throw new Inconclusive('deadline', 'the check ran out of time')
  const controller = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const giveUp = (message: string) => {
    reject(new Inconclusive('deadline', message))
    controller.abort()
  }
  const stop = () => giveUp('the check ran out of time')
  const timer = setTimeout(() => giveUp(`no answer within ${requestMs} ms`), requestMs)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([promise, wire(request, controller.signal)])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

const onward = (next: Next, hop: Exchange): WireRequest | undefined => {
  if (next.is === 'redirect') return at(next.to, hop.request, next.keepsMethod)
  if (next.is === 'form-post') return submit(next.form, hop, next.form.fields)
  return undefined
}

/** A request to a URL by the user agent of an earlier one: it likes to read the same. */
const at = (url: string, like: WireRequest, keepsMethod = false): WireRequest | undefined => {
  if (!URL.canParse(url)) return undefined
  const { origin, pathname, search } = new URL(url)
  const rawPath = pathname + search
  if (keepsMethod && like.method !== 'GET')
    return { ...like, origin, rawPath, headers: like.headers.filter(([name]) => name !== 'cookie') }
  const accept = headerOf(like.headers, 'accept') ?? 'text/html'
  return { method: 'GET', origin, rawPath, headers: [['accept', accept]] }
}

const submit = (form: Form, hop: Exchange, fields: Pairs): WireRequest | undefined => {
  const action = resolve(form.action, urlOf(hop.request))
  if (form.method === 'GET') return at(withQuery(action.split(/[?#]/, 1)[0] ?? '', fields), hop.request)
  const target = at(action, hop.request)
  return (
    target && {
      ...target,
      method: 'POST',
      headers: [...target.headers, ['content-type', 'application/x-www-form-urlencoded']],
      body: new TextEncoder().encode(encodeForm(fields)),
    }
  )
}

/** The filled-in sign-in form of the identity provider, or of a broker that plays it, if that is where a hop ended. */
const signInAt = (hop: Exchange, as: User): WireRequest | undefined =>
  hop.to === 'target' ? undefined : credentialsAt(hop, as)

/** The filled-in sign-in form of a page. */
const credentialsAt = (hop: Exchange, as: User): WireRequest | undefined => {
  const next = nextOf(hop)
  if (next.is !== 'page') return undefined
  const form = next.page.forms.find(({ password }) => password !== undefined)
  return form && submit(form, hop, filled(form, as))
}

/** The request again, with what its challenge asks for (RFC 7617). */
const challengedAt = ({ request, response }: Exchange, as: User): WireRequest | undefined => {
  const challenge = response?.status === 401 ? headerOf(response.headers, 'www-authenticate') : undefined
  if (challenge === undefined || !/^basic\b/i.test(challenge)) return undefined
  const typed = `Basic ${Buffer.from(`${as.name}:${as.password}`).toString('base64')}`
  return { ...request, headers: [...request.headers.filter(([name]) => name !== 'cookie'), ['authorization', typed]] }
}

/** The consent form of the identity provider with its button `accept`, by name or by value, if that is where a hop ended. */
const consentAt = (hop: Exchange): WireRequest | undefined => {
  const next = nextOf(hop)
  if (hop.to !== 'idp' || next.is !== 'page') return undefined
  const forms = next.page.forms.filter(({ password }) => password === undefined)
  return forms
    .flatMap((form) => {
      const accept = form.buttons.find((button) => button.includes('accept'))
      return accept ? [submit(form, hop, [...form.fields, accept])] : []
    })
    .at(0)
}

const filled = ({ fields, user, password }: Form, as: User): Pairs =>
  fields.map(([name, value]) => [name, name === user ? as.name : name === password ? as.password : value])

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
