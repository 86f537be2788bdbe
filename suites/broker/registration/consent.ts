import * as fc from 'fast-check'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { get, post } from '../../../harness/dialects/authorize.ts'
import type { Registering } from '../../../harness/control/registration.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { encodeForm, queryOf, withQuery } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { begin, directoriesOf, needs, newParty, register, registersParties, requireUpstream, shutTo, trusted, works } from './request.ts' // prettier-ignore
import type { Directory } from './request.ts'

const clause = 'registration.after-consent'

/** A party is nothing until an administrator has consented. */
export const onceConsented: Check = {
  id: 'registration.after-consent.consented',
  title: 'a party lets nobody in until an administrator has consented, and from then on the users of that directory',
  sends:
    'sign-ins at one to three parties of a K2 tenant: before each is registered, while its registration waits for consent, and after it',
  owes: 'no response before; after it one for a user of the directory whose administrator consented, and none for a user of another',
  clauses: [clause],
  needs,
  kills: ['broker.adds-parties-by-their-host', 'broker.adds-further-parties-at-once'],
  control: registersParties,
  async run(context) {
    const trust = await trusted(context)
    const play = async (turn: number, count: number) => {
      const [own, other] = directoriesOf(context, turn)
      const { tenancy, domain } = newParty(context, own)
      for (let index = 0; index < count; index += 1) {
        const party = newParty(context, own, { tenancy, domain })
        await shutTo(context, party, own.user, 'nobody has registered the party', clause)
        await begin(context, party, context.browser())
        await shutTo(context, party, own.user, 'nobody has consented yet', clause)
        await register(context, party, own.administrator)
        await works(context, trust, party, own.user)
        await shutTo(context, party, other.user, 'another directory consented', clause)
      }
    }
    await context.each([0, 1], (turn) => play(turn, 1))
    const histories = fc.record({ turn: fc.nat(1), count: fc.integer({ min: 2, max: 3 }) })
    await context.forEvery('parties', histories, Math.ceil(context.runs / 20), ({ turn, count }) => play(turn, count))
  },
}

type Said = 'flag' | 'small-flag' | 'tenant' | 'scope' | 'code' | 'token'

/** What a callback may say of a consent; anybody can write it. */
const wordsOf = (said: readonly Said[], { tenant }: Directory): Pairs => {
  const words: Record<Said, Pairs[number]> = {
    flag: ['admin_consent', 'True'],
    'small-flag': ['admin_consent', 'true'],
    tenant: ['tenant', tenant.id],
    scope: ['scope', 'openid profile'],
    code: ['code', 'code-of-nobody'],
    token: ['id_token', 'e30.e30.'],
  }
  return said.map((one) => words[one])
}

/** Sends a callback of its own making, to where the answer of the identity provider would go. */
const forge = async (
  browser: Browser,
  { callback = '', state }: ReturnType<typeof requireUpstream>,
  words: Pairs,
  method: 'GET' | 'POST',
): Promise<Journey> => {
  if (!URL.canParse(callback)) throw new Inconclusive('undelivered', 'the request upstream names no callback')
  const { origin, pathname, search } = new URL(callback)
  const pairs: Pairs = [...words, ...(state === undefined ? [] : ([['state', state]] satisfies Pairs))]
  return browser.go(
    method === 'GET'
      ? get(origin, withQuery(pathname + search, pairs))
      : post(origin, pathname + search, encodeForm(pairs)),
  )
}

/** The documented answer to admin consent proves nothing: anybody can send it. */
export const forgedCallback: Check = {
  id: 'registration.after-consent.forged',
  title: 'a forged consent callback adds nothing to a directory',
  sends:
    'callbacks that nobody at the identity provider has sent, as its documents describe them, in the browser that began and in another one; and the answer to an administrator of another directory, with the name of this one beside it',
  owes: 'no response at the party for a user of the directory that was named',
  clauses: [clause],
  needs,
  kills: ['broker.believes-consent-callbacks', 'broker.takes-directory-from-callbacks'],
  control: registersParties,
  async run(context) {
    const because = 'no administrator of the directory has consented'
    const lie = async (said: readonly Said[], method: 'GET' | 'POST', own: boolean) => {
      const [victim] = directoriesOf(context)
      const [party, browser] = [newParty(context, victim), context.browser()]
      const upstream = requireUpstream(await begin(context, party, browser))
      await forge(own ? browser : context.browser(), upstream, wordsOf(said, victim), method)
      await shutTo(context, party, victim.user, because, clause)
    }
    await context.each(['GET', 'POST'] as const, (method) => lie(['flag', 'tenant'], method, true))

    const said = fc.subarray<Said>(['flag', 'small-flag', 'tenant', 'scope', 'code', 'token'], { minLength: 1 })
    const lies = fc.record({ said, method: fc.constantFrom('GET' as const, 'POST' as const), own: fc.boolean() })
    await context.forEvery('lies', lies, Math.ceil(context.runs / 10), (one) => lie(one.said, one.method, one.own))

    const beside = fc.subarray<Said>(['flag', 'small-flag', 'scope'])
    await context.forEvery('beside', beside, Math.ceil(context.runs / 20), async (more) => {
      const [victim, attacker] = directoriesOf(context)
      const party = newParty(context, victim)
      const words = wordsOf([...more, 'tenant'], victim)
      await registerSaying(context, party, attacker.administrator, words)
      await shutTo(context, party, victim.user, because, clause)
    })
  },
}

/** Registers up to the answer of the identity provider, says more in it, and takes it on; the request upstream may be changed. */
const registerSaying = async (
  context: Context,
  party: Registering,
  as: Directory['user'],
  words: Pairs,
  changed: (url: string) => string = (url) => url,
): Promise<void> => {
  const browser = context.browser()
  const { url } = requireUpstream(await begin(context, party, browser))
  const { origin, pathname, search } = new URL(changed(url))
  const journey = await browser.go(get(origin, pathname + search), as, 'target')
  const last = journey.at(-1)
  const next = last && nextOf(last)
  if (next?.is === 'form-post') {
    const to = new URL(next.action)
    const names = words.map(([name]) => name)
    const fields = [...next.form.fields.filter(([name]) => !names.includes(name)), ...words]
    await browser.go(post(to.origin, to.pathname + to.search, encodeForm(fields)))
    return
  }
  if (next?.is !== 'redirect') return
  const to = new URL(withQuery(next.to, words))
  await browser.go(get(to.origin, to.pathname + to.search))
}

/** Without the wish for an administrator a user may consent for themselves. */
export const askingAnybody = (url: string): string => {
  const kept = queryOf(url).filter(([name]) => name !== 'prompt')
  return withQuery(url.split('?', 1)[0] ?? '', kept)
}

/** Whoever administers nothing consents for nobody else. */
export const ordinaryUser: Check = {
  id: 'registration.after-consent.ordinary-user',
  title: 'the consent of a user who is no administrator adds nothing',
  sends:
    'registrations by an ordinary user of the directory, who meets the page that asks for an administrator, and who takes the wish for one out of the request and consents alone, also with words of an admin consent beside the answer',
  owes: 'no response at the party for the user',
  clauses: [clause],
  needs,
  kills: ['broker.takes-members-for-administrators', 'broker.believes-users-who-say-they-consented'],
  control: registersParties,
  async run(context) {
    const attempt = async (turn: number, said: readonly Said[] | undefined) => {
      const [own] = directoriesOf(context, turn)
      const party = newParty(context, own)
      if (said === undefined) await register(context, party, own.user)
      else await registerSaying(context, party, own.user, wordsOf(said, own), askingAnybody)
      await shutTo(context, party, own.user, 'no administrator has consented', clause)
    }
    const ways = [0, 1].flatMap((turn) => [undefined, []].map((said) => ({ turn, said })))
    await context.each(ways, ({ turn, said }) => attempt(turn, said))
    const said = fc.subarray<Said>(['flag', 'small-flag', 'tenant', 'scope'])
    const attempts = fc.record({ turn: fc.nat(1), said })
    await context.forEvery('said', attempts, Math.ceil(context.runs / 10), (one) => attempt(one.turn, one.said))
  },
}

/** A link to the consent page may lead an administrator to consent to what somebody else has begun. */
export const otherBrowser: Check = {
  id: 'registration.after-consent.other-browser',
  title: 'a consent adds nothing that was begun in another browser',
  sends:
    'the consent page of a registration that somebody else has begun, opened by an administrator, who may have begun others of their own',
  owes: 'no response at the party for a user of the directory: an answer belongs to the browser that asked (RFC 9700 section 4.7)',
  clauses: [clause],
  weaker: 'practice',
  needs,
  kills: ['broker.registers-in-other-browsers', 'broker.registers-in-returning-browsers'],
  control: registersParties,
  async run(context) {
    const lure = async (turn: number, begunBefore: number) => {
      const [own] = directoriesOf(context, turn)
      const party = newParty(context, own)
      const { url } = requireUpstream(await begin(context, party, context.browser()))
      const browser = context.browser()
      for (let count = 0; count < begunBefore; count += 1) await begin(context, newParty(context, own), browser)
      const { origin, pathname, search } = new URL(url)
      const journey = await browser.go(get(origin, pathname + search), own.administrator)
      if (!journey.some(({ to }) => to === 'target')) throw new Inconclusive('undelivered', 'no answer came back')
      await shutTo(context, party, own.user, 'the registration was begun by somebody else', clause)
    }
    await context.each([0, 1], (turn) => lure(turn, 0))
    const lures = fc.record({ turn: fc.nat(1), begunBefore: fc.nat(2) })
    await context.forEvery('lures', lures, Math.ceil(context.runs / 10), (one) => lure(one.turn, one.begunBefore))
  },
}
