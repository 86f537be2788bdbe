import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { nextOf, paramsOf } from '../../../harness/agent/next.ts'
import { owedToken } from '../token/judgement.ts'
import { redeem, speaksRedeem, stateOf } from '../token/request.ts'
import type { Asked } from './request.ts'
import {
  answered,
  askedBy,
  authorize,
  describe,
  gotCode,
  peopleOf,
  registeredGetsCode,
  requestOf,
  sentTo,
  validRequest,
} from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const
const clauses = ['authorize.restores-redirect-and-state'] as const

/** What RFC 6749 appendix A.5 lets a state be made of: printable ASCII. */
const visible = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code))

/** States by form, up to so many bytes; each is dealt its share of the runs. */
const statesUpTo = (bytes: number): Record<string, fc.Arbitrary<string>> => ({
  text: fc.string({ unit: visible, minLength: 1, maxLength: Math.min(64, bytes) }),
  long: fc.string({ unit: visible, minLength: Math.floor(bytes / 2), maxLength: bytes }),
  percent: fc
    .string({ unit: fc.constantFrom('%', '%25', '%2B', '%20', '%7C', '%zz', 'a'), minLength: 1, maxLength: 12 })
    .map((text) => `${text}%41`),
  plus: fc.string({ unit: fc.constantFrom('+', ' ', 'b'), minLength: 1, maxLength: 12 }).map((text) => `${text}+`),
  edges: fc.string({ unit: visible, minLength: 1, maxLength: 8 }).map((text) => ` ${text} `),
  structured: fc
    .tuple(label, label, fc.uuid())
    .map(([host, path, id]) => `uri=${encodeURIComponent(`https://${host}.test/${path}?x=y`)}|cid=${id}`),
  delimiters: fc.string({
    unit: fc.constantFrom('&', '=', '#', ';', '?', '/', '"', "'", '\\', 'c'),
    minLength: 1,
    maxLength: 12,
  }),
  injection: fc.constantFrom('&code=evil', '#code=evil', '&redirect_uri=https://evil.test/', '?state=x', 'a&state=b'),
})

const giveBack = (kind: string, expected: string, asked: Asked) =>
  new Violation(kind, { expected, actual: `${JSON.stringify(answered(asked, 'state') ?? null)}; ${describe(asked)}` })

const requireState = (asked: Asked, state: string) => {
  const returned = sentTo(asked)?.params.flatMap(([name, value]) => (name === 'state' ? [value] : [])) ?? []
  if (returned.length !== 1 || returned[0] !== state)
    throw giveBack('state', `the state ${JSON.stringify(state)} once, unchanged`, asked)
}

/** The caller's state, whatever is in it. */
export const stateUnchanged: Check = {
  id: 'authorize.restores-redirect-and-state.state',
  title: 'the state comes back with the code exactly as it was sent',
  sends:
    'valid authorization requests without a state and with states of printable ASCII: long, percent signs, delimiters …',
  owes: 'the code at the redirect URI that was asked for, with the same state, once',
  clauses,
  attacks: ['RUR-25'],
  needs,
  kills: [
    'broker.omits-state',
    'broker.invents-state',
    'broker.trims-state',
    'broker.truncates-state',
    'broker.decodes-state',
    'broker.turns-plus-into-space',
  ],
  control: registeredGetsCode,
  async run(context) {
    await context.each(['none'], async () => {
      const asked = await authorize(context, { ...validRequest(context), state: [] })
      const returned = answered(asked, 'state')
      if (returned !== undefined)
        throw new Violation('invented', { expected: 'no state, since none was sent', actual: returned })
    })
    const forms = Object.entries(statesUpTo(context.profile.stateBytes))
    for (const [index, [name, states]] of forms.entries()) {
      const share = Math.floor((context.runs + index) / forms.length)
      await context.forEvery(name, states, share, async (state) => {
        const asked = await authorize(context, { ...validRequest(context), state })
        if (!gotCode(asked, String(validRequest(context).redirectUri)))
          throw giveBack('no-code', 'a code, whatever the state', asked)
        requireState(asked, state)
      })
    }
  },
}

/** Every code that the identity provider issued on a journey, by redirect or by form. */
const issuedCodes = ({ journey }: Asked): string[] =>
  journey
    .filter(({ to }) => to === 'idp')
    .map(nextOf)
    .flatMap((next) => (next.is === 'redirect' ? paramsOf(next.to) : next.is === 'form-post' ? next.form.fields : []))
    .flatMap(([name, value]) => (name === 'code' ? [value] : []))

/** The documented broker passes codes through. */
export const codeOfUpstream: Check = {
  id: 'authorize.restores-redirect-and-state.code',
  title: 'the code that comes back is the one the identity provider issued',
  sends: 'a valid authorization request for each registered redirect URI',
  owes: "the identity provider's own code at the redirect URI",
  clauses,
  applies: ({ documented }) => (documented ? undefined : 'dialect.documented'),
  needs,
  kills: ['broker.mints-codes-of-its-own'],
  control: registeredGetsCode,
  async run(context) {
    await context.each(peopleOf(context).client.redirectUris, async (redirectUri) => {
      const asked = await authorize(context, { ...validRequest(context), redirectUri })
      if (!issuedCodes(asked).includes(answered(asked, 'code') ?? '')) {
        throw new Violation('code', {
          expected: "the identity provider's own code",
          actual: `another one: ${describe(asked)}`,
        })
      }
    })
  },
}

/** A code is worth what it buys. */
export const codeRedeems: Check = {
  id: 'authorize.restores-redirect-and-state.redeems',
  title: 'the code that comes back buys a token',
  sends:
    'a valid authorization request for each registered redirect URI, and a redemption of its code in the documented form',
  owes: 'an access token for each of them',
  clauses,
  applies: speaksRedeem,
  needs,
  kills: ['broker.mints-codes-of-its-own', 'broker.truncates-codes'],
  control: registeredGetsCode,
  async run(context) {
    const { client } = peopleOf(context)
    await context.each(client.redirectUris, async (redirectUri) => {
      const browser = context.browser()
      const code = answered(await authorize(context, { ...validRequest(context), redirectUri }, browser), 'code') ?? ''
      const { id: clientId, resource } = client
      const redeemed = await redeem(context, { code, state: stateOf(client, redirectUri), clientId, redirectUri, resource }) // prettier-ignore
      owedToken(redeemed, `a token for the code that came to ${redirectUri}`)
    })
  },
}

type Flow = { uri: number; browser: number; turn: number }
const flows = fc.array(fc.record({ uri: fc.nat(3), browser: fc.nat(2), turn: fc.nat(99) }), {
  minLength: 2,
  maxLength: 12,
})

/** Many flows at once: each ends where it began, with its own state. */
export const interleaved: Check = {
  id: 'authorize.restores-redirect-and-state.interleaved',
  title: 'flows that run at once, in one browser or several, never get at each other',
  sends: 'two to twelve valid requests, begun in three browsers and finished in another order',
  owes: 'each code at the redirect URI of its own request, with its own state',
  clauses,
  attacks: ['OAU-09', 'OAU-10'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: [
    'broker.answers-newest-request',
    'broker.answers-newest-redirect-uri',
    'broker.answers-first-registered-uri',
    'broker.names-requests-by-client',
  ],
  control: registeredGetsCode,
  run: (context) => context.forEvery('flows', flows, Math.ceil(context.runs / 4), (story) => play(context, story)),
}

const play = async (context: Context, story: readonly Flow[]) => {
  const { client, user } = peopleOf(context)
  const browsers = [context.browser(), context.browser(), context.browser()]
  const begun = []
  for (const [index, { uri, browser, turn }] of story.entries()) {
    const redirectUri = client.redirectUris[uri % client.redirectUris.length] ?? ''
    const state = `flow-${index}-${context.slice.tag}`
    const window = browsers[browser] ?? context.browser()
    const journey = await window.go(
      requestOf(context, { ...validRequest(context), redirectUri, state }),
      undefined,
      'idp',
    )
    begun.push({ redirectUri, state, window, journey, turn })
  }
  for (const { redirectUri, state, window, journey } of begun.toSorted((one, other) => one.turn - other.turn)) {
    const asked = askedBy(context, [...journey, ...(await window.resume(journey, user))])
    if (!gotCode(asked, redirectUri))
      throw giveBack('crossed', `a code at ${redirectUri} with the state ${state}`, asked)
    requireState(asked, state)
  }
}
