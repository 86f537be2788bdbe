import * as fc from 'fast-check'
import type { Browser } from '../../../harness/agent/browser.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { answered, authorize, peopleOf, validRequest } from '../authorize/request.ts'
import { partiesOf, signIn, validSignIn } from '../sign-in/request.ts'

/** A visit of a user: by which flow, to which of the parties or redirect URIs, and how long a context or state goes with it. */
export type Visit<Flow extends string = string> = { flow: Flow; to: number; length: number; returning: boolean }

/** What a flow leaves behind for everybody to see: its exchanges. */
export type Flows<Flow extends string = string> = {
  names: readonly [Flow, ...Flow[]]
  visit(context: Context, visit: Visit<Flow>, browser: Browser): Promise<readonly Exchange[]>
}

const text = (context: Context, length: number) => `${context.slice.tag}-`.repeat(70).slice(0, length)

/** Sign-ins over WS-Federation: a valid one, one that the identity provider refuses, and one with a token for somebody else. */
export const signIns: Flows<'sign-in' | 'refused' | 'for-another'> = {
  names: ['sign-in', 'refused', 'for-another'],
  async visit(context, { flow, to, length }, browser) {
    const parties = partiesOf(context)
    const people = parties[to % parties.length]
    if (people === undefined) throw new TypeError('the slice has no party with a user')
    if (flow === 'refused') context.hostile('idp.denies-access')
    if (flow === 'for-another')
      context.hostile('idp.mints-for-another-audience', 'idp.mints-assertion-for-another-audience')
    try {
      const input = { ...validSignIn(context, people.party), context: text(context, length) }
      return (await signIn(context, input, people.user, browser)).journey
    } finally {
      context.hostile()
    }
  },
}

/** Authorize flows: one whose code is redeemed, one whose code is redeemed twice, refused ones, and one without a redemption. */
export const authorizations: Flows<'redeemed' | 'redeemed-twice' | 'refused' | 'code-only'> = {
  names: ['redeemed', 'redeemed-twice', 'refused', 'code-only'],
  async visit(context, { flow, to, length }, browser) {
    const { client } = peopleOf(context)
    const redirectUri = client.redirectUris[to % client.redirectUris.length] ?? ''
    if (flow === 'refused') context.hostile('idp.denies-access')
    try {
      const asked = await authorize(
        context,
        { ...validRequest(context), redirectUri, state: text(context, length) },
        browser,
      )
      const exchanges = [...asked.journey]
      const { redeem } = context.dialect
      const code = answered(asked, 'code')
      if (code === undefined || redeem === null || redeem === 'undriven') return exchanges
      const times = flow === 'redeemed' ? 1 : flow === 'redeemed-twice' ? 2 : 0
      const { id: clientId, resource } = client
      const state = `uri=${redirectUri}|cid=${clientId}`
      const input = { code, state, clientId, redirectUri, resource }
      for (let time = 0; time < times; time += 1)
        exchanges.push(...(await context.browser().go(redeem.request(input, context.at))))
      return exchanges
    } finally {
      context.hostile()
    }
  },
}

/** A plain visit by each flow. */
export const eachOf = <Flow extends string>({ names }: Flows<Flow>): Visit<Flow>[] =>
  names.map((flow) => ({ flow, to: 0, length: 20, returning: false }))

/** One to four visits after each other, most by the flow that is named first; every second context or state is a long one. */
export const seriesOf = <Flow extends string>(
  { names }: Flows<Flow>,
  { profile }: Context,
): fc.Arbitrary<Visit<Flow>[]> => {
  const longest = Math.min(600, profile.stateBytes)
  const half = Math.ceil(longest / 2)
  return fc.array(
    fc.record({
      flow: fc.constantFrom(names[0], ...names, names[0]),
      to: fc.nat(7),
      length: fc.oneof(fc.integer({ min: 1, max: half }), fc.integer({ min: half, max: longest })),
      returning: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
}
