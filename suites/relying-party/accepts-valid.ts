import * as fc from 'fast-check'
import { xmlTexts } from '../../fixtures/arbitraries/assertions.ts'
import { resultOf, signed } from '../../fixtures/tampering/tampering.ts'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { Check } from '../../harness/judge/check.ts'
import type { Journey } from '../../harness/agent/browser.ts'
import type { Claim } from '../../protocols/saml/assertion.ts'
import { encodeForm } from '../../protocols/form.ts'
import { responseFields } from '../../protocols/ws-federation/request.ts'
import { bothSignIn, genuineFor, signIn, somebodySignsIn, versionsOf } from './token.ts'
import { answer, get, ledTo, needs, sentToBroker, tell, usersOf, whoami } from './visit.ts'

const clauses = ['party.accepts-valid'] as const

/** The whole loop, as a person goes through it. */
export const rightUser: Check<'relying-party'> = {
  id: 'party.accepts-valid.user',
  title: 'whoever signs in at the broker is signed in at the party, as themselves and nobody else',
  sends:
    'visits to the protected page by two people, each in a browser of their own, who sign in on the page of the broker',
  owes: 'at each party and in each browser the person who signed in there',
  clauses,
  needs,
  kills: ['party.cuts-names-at-their-domain', 'party.tells-claim-for-name'],
  control: somebodySignsIn,
  async run(context) {
    await context.each(usersOf(context), async (user) => {
      const browser = context.browser()
      await browser.go(get(context, context.party.page), user)
      const identity = await whoami(context, browser)
      if (identity?.name === user.name) return
      throw new Violation(identity ? 'another-user' : 'nobody', {
        expected: `${user.name} signed in`,
        actual: identity?.name ?? 'nobody is',
      })
    })
  },
}

const words = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', '_', '.', '~'), minLength: 1, maxLength: 12 })
const texts = fc.oneof(
  words,
  fc.string({ maxLength: 12 }),
  fc.constantFrom('a b', 'a&b=c', '%2f', '+', 'ü', '#x', '/../x'),
)

/** The page where a journey ended, without scheme and host. */
const pageOf = (journey: Journey): string => journey.at(-1)?.request.rawPath ?? ''

/** The visitor comes back to where they wanted to go. */
export const pageAskedFor: Check<'relying-party'> = {
  id: 'party.accepts-valid.page',
  title: 'whoever signs in comes back to the page that they asked for, its query included',
  sends:
    'visits to the protected page with queries of many forms, each answered with a valid response and the wctx of the party',
  owes: 'the same page with the same query after the sign-in',
  clauses,
  needs,
  kills: ['party.omits-context', 'party.returns-to-page-alone', 'party.cuts-long-pages', 'party.decodes-page-twice'],
  control: bothSignIn,
  async run(context) {
    const { page } = context.party
    const comesBack = async (query: string) => {
      const path = query === '' ? page : `${page}?${query}`
      const visit = await sentToBroker(context, { path })
      const { identity, journey } = await signIn(context, {}, visit)
      if (identity === undefined) throw new Inconclusive('unreadable', `nobody is signed in: ${tell({ journey })}`)
      if (pageOf(journey) === path) return
      throw new Violation('another-page', { expected: `the visitor at ${path}`, actual: pageOf(journey) })
    }
    await context.each(['', 'x=1'], comesBack)
    const queries = fc.array(fc.tuple(words, texts), { minLength: 1, maxLength: 3 }).map((pairs) => encodeForm(pairs))
    const long = fc.integer({ min: 100, max: 700 }).map((length) => `x=${'a'.repeat(length)}`)
    await context.forEvery(
      'query',
      fc.oneof({ weight: 4, arbitrary: queries }, long),
      Math.ceil(context.runs / 2),
      comesBack,
    )
  },
}

const types = fc
  .constantFrom('department', 'role', 'givenname', 'surname', 'Group', 'a-b_c')
  .map((name) => `https://claims.test/2005/05/${name}`)
const claims: fc.Arbitrary<Claim[]> = fc
  .uniqueArray(fc.record({ type: types, values: fc.array(xmlTexts.map(lined), { minLength: 1, maxLength: 3 }) }), {
    selector: ({ type }) => type,
    minLength: 1,
    maxLength: 4,
  })
  .map(fitting)

/** As much of them as a session in cookies can hold: the headers of a request have some 16 KB at most. */
function fitting(made: readonly Claim[]): Claim[] {
  let left = 4_500
  const cut = (value: string) => {
    const kept: string[] = []
    for (const character of value) {
      left -= Buffer.byteLength(JSON.stringify(character))
      if (left < 0) break
      kept.push(character)
    }
    return kept.join('')
  }
  return made.map(({ type, values: all }) => ({ type, values: all.map(cut) }))
}

/** XML turns carriage returns into line feeds where they stand as such; what forms do to them is another question. */
function lined(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n')
}

/** What was signed is what the application is told. */
export const everyClaim: Check<'relying-party'> = {
  id: 'party.accepts-valid.claims',
  title: 'the application is told exactly what the broker signed, whatever text it is',
  sends:
    'valid responses whose claims hold markup, delimiters, text of many scripts, nothing, and long text, with one value or several',
  owes: 'each claim under its type with its values unchanged and in order, and the name that was signed',
  clauses,
  needs,
  kills: ['party.cuts-claims-at-markup', 'party.tells-first-value', 'party.trims-claims', 'party.loses-long-claims'],
  control: bothSignIn,
  async run(context) {
    const tells = async ({ more, version }: { more: Claim[]; version: '1.1' | '2.0' }) => {
      const { genuine, identity } = await signIn(context, { more, version })
      if (identity === undefined)
        throw new Violation('nobody', { expected: 'a session of whom the broker named', actual: 'nobody is signed in' })
      const { assertion } = genuine
      if (identity.name !== assertion.nameId.value)
        throw new Violation('another-name', { expected: assertion.nameId.value, actual: identity.name })
      for (const { type, values } of assertion.claims) {
        const told = identity.claims[type]
        if (JSON.stringify(told?.map(lined)) === JSON.stringify(values)) continue
        throw new Violation('another-claim', {
          expected: `${type} with ${JSON.stringify(values)}`,
          actual: JSON.stringify(told ?? null),
        })
      }
    }
    const versions = versionsOf(context)
    await context.each(
      versions.map((version) => ({ version, more: [] })),
      tells,
    )
    const made = fc.record({ more: claims, version: fc.constantFrom(...versions) })
    await context.forEvery('claims', made, context.runs, tells)
  },
}

/** Where an attacker would like the visitor to be sent, in forms by which checks of a path have been passed. */
const foreignIn = (foreign: string): Record<string, fc.Arbitrary<string>> => ({
  absolute: words.map((word) => `https://${foreign}/${word}`),
  slashes: fc
    .tuple(fc.constantFrom('//', '///', '////'), words)
    .map(([slashes, word]) => `${slashes}${foreign}/${word}`),
  backslash: fc.tuple(fc.constantFrom('/', '\\'), words).map(([first, word]) => `${first}\\${foreign}/${word}`),
  white: fc
    .tuple(fc.constantFrom('/\t/', '\t//', '/\n/', ' //', '/\r\\'), words)
    .map(([slashes, word]) => `${slashes}${foreign}/${word}`),
  user: words.map((word) => `https://party.test@${foreign}/${word}`),
  scheme: words.map((word) => `https:${foreign}/${word}`),
})

/** How it is put into a context, whatever form the party's own has. */
const contextsOf = (own: string | undefined, page: string, place: string): string[] => {
  const encoded = encodeURIComponent(place)
  const inOwn = [page, encodeURIComponent(page), encodeURIComponent(page).toLowerCase()].flatMap((known) =>
    own?.includes(known) ? [own.replace(known, known === page ? place : encoded)] : [],
  )
  return [place, `rm=0&id=passive&ru=${encoded}`, ...inOwn]
}

/** The context is the visitor's, or an attacker's. */
export const openRedirect: Check<'relying-party'> = {
  id: 'party.accepts-valid.context-leads-nowhere-else',
  title: 'no context leads a visitor to another site',
  sends:
    "valid responses with a wctx that names another site: by itself, in the form that WIF writes, and in the party's own form",
  owes: 'a page of the party, or a refusal; never a redirect to that site (RFC 9700 section 4.11)',
  clauses,
  weaker: 'practice',
  attacks: ['WSF-08'],
  needs,
  kills: ['party.redirects-to-context', 'party.redirects-to-any-slash', 'party.redirects-past-backslashes'],
  control: bothSignIn,
  async run(context) {
    const foreign = `stranger-${context.slice.tag}.test`
    const staysHere = async (place: string) => {
      const first = await sentToBroker(context)
      for (const wctx of contextsOf(first.asked?.context, context.party.page, place)) {
        const visit = await sentToBroker(context)
        const genuine = genuineFor(context)
        const result = resultOf(genuine, await signed(genuine))
        const to = ledTo((await answer(context, visit, result, () => responseFields(result, wctx))).at(-1))
        if (to === undefined || !URL.canParse(to)) continue
        const { origin } = new URL(to)
        if (origin === context.at.target || origin === context.at.broker) continue
        throw new Violation('led-away', { expected: 'a visitor who stays with the party', actual: `sent to ${to}` })
      }
    }
    await context.each([`https://${foreign}/`], staysHere)
    for (const [name, places] of Object.entries(foreignIn(foreign)))
      await context.forEvery(name, places, Math.ceil(context.runs / 20), staysHere)
  },
}
