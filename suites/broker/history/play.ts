import type { User } from '../../../fixtures/world/shapes.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/party.ts'
import type { Asked } from '../authorize/request.ts'
import { answered, askedBy, describe, gotCode, requestOf, sentTo, validRequest } from '../authorize/request.ts'
import { names, responseIn, seenBy, signInBy, speaks } from '../sign-in/request.ts'
import { owedToken } from '../token/judgement.ts'
import { handedBy, reachedParty, told } from '../token/request.ts'
import { claimedBy, tokenFor } from './redemption.ts'
import type { Issued, Model, Open } from './model.ts'
import { clientAt, makeModel, partyAt, userAt } from './model.ts'
import type { History, Step } from './step.ts'
import { cast } from './step.ts'

type Begun = Open & { journey: Journey }
type Stage = { context: Context; trust: PartyTrust; model: Model; windows: readonly Browser[]; begun: Map<Open, Begun> }
type Of<Does extends Step['does']> = Extract<Step, { does: Does }>

const crossed = (kind: string, expected: string, actual: string) => new Violation(kind, { expected, actual })

/** Plays a history on the target and holds what comes of each step against the model. */
export const play = async (context: Context, trust: PartyTrust, { steps }: History): Promise<void> => {
  const windows = Array.from({ length: cast.browsers }, () => context.browser())
  const stage: Stage = { context, trust, model: makeModel(context.slice, windows.length), windows, begun: new Map() }
  for (const [index, step] of steps.entries()) {
    if (step.does === 'sign in') await signIn(stage, step, `history-${index}-${context.slice.tag}`)
    if (step.does === 'ask for a code') await ask(stage, step, `history-${index}-${context.slice.tag}`)
    if (step.does === 'answer') await answer(stage, step)
    if (step.does === 'redeem') await redeem(stage, step)
    if (step.does === 'sign out') await signOut(stage, step)
  }
}

const windowOf = ({ context, windows }: Stage, browser: number, node: number): Browser => {
  const window = windows[browser] ?? context.browser()
  return context.nodes > 1 ? window.via(node % context.nodes) : window
}

const signIn = async (stage: Stage, step: Of<'sign in'>, wctx: string) => {
  const { context, model, trust } = stage
  const party = partyAt(context.slice, step.party)
  const user = userAt(context.slice, party.tenant, step.person)
  const owed = model.shows(step.browser, party.tenant, user)
  const request = speaks(context, 'signIn').request({ realm: party.realm, context: wctx }, context.at)
  const asked = signInBy(context, await windowOf(stage, step.browser, step.node).go(request, user))
  const expected = `a response at ${party.realm} for ${namesOf(owed.may)}`
  const response = responseIn(asked.outcome)
  if (!response) {
    if (owed.must) throw crossed('lost', expected, describe(asked))
    return
  }
  if (response.action !== party.reply) throw crossed('elsewhere', expected, `a response at ${response.action}`)
  const seen = seenBy(party, trust, asked, ['wrong-audience'])
  if (seen.context !== wctx) throw crossed('another-context', expected, `one with another wctx: ${seen.context}`)
  const strangers = context.slice.users.filter((one) => !owed.may.includes(one) && names(seen.assertion, one))
  if (strangers.length > 0) throw crossed('another-user', expected, `one for ${namesOf(strangers)}`)
}

const namesOf = (users: readonly User[]) => (users.length === 0 ? 'nobody' : users.map(({ name }) => name).join(' or '))

const ask = async (stage: Stage, step: Of<'ask for a code'>, state: string) => {
  const { context, model, begun } = stage
  if (context.dialect.authorize === null) return
  const client = clientAt(context.slice, step.client)
  const redirectUri = client.redirectUris[step.uri % client.redirectUris.length] ?? ''
  const { id: clientId, resource } = client
  const request = requestOf(context, { ...validRequest(context), clientId, resource, redirectUri, state })
  const journey = await windowOf(stage, step.browser, step.node).go(request, undefined, 'idp')
  const open = { client, redirectUri, state, browser: step.browser, node: step.node }
  model.open.push(open)
  begun.set(open, { ...open, journey })
}

const answer = async (stage: Stage, step: Of<'answer'>) => {
  const { context, model, begun } = stage
  const [open] = model.open.splice(step.request % Math.max(1, model.open.length), 1)
  const one = open && begun.get(open)
  if (open === undefined || one === undefined) return
  const user = userAt(context.slice, one.client.tenant, step.person)
  const owed = model.shows(one.browser, one.client.tenant, user)
  const rest = await windowOf(stage, one.browser, step.node).resume(one.journey, user)
  const asked: Asked = askedBy(context, [...one.journey, ...rest])
  const expected = `a code at ${one.redirectUri} with the state ${one.state}`
  const code = answered(asked, 'code')
  if (code === undefined) {
    if (owed.must && step.node === one.node) throw crossed('lost', expected, describe(asked))
    return
  }
  if (!gotCode(asked, one.redirectUri)) throw crossed('elsewhere', expected, describe(asked))
  const state = answered(asked, 'state') ?? ''
  if (state !== one.state) {
    const actual = `one with the state ${state} at ${sentTo(asked)?.url}`
    if ([...begun.values()].some((other) => other.state === state)) throw crossed('another-state', expected, actual)
    throw new Inconclusive('unreadable', `the state was changed, which is another check's question: ${actual}`)
  }
  if (owed.may.length === 0)
    throw crossed('another-realm', `no code, since nobody of the tenant signed in`, describe(asked))
  model.issued.push({ ...open, code, users: owed.may, spoiled: false })
}

const redeem = async ({ context, model }: Stage, step: Of<'redeem'>) => {
  const issued: Issued | undefined = model.issued[step.code % Math.max(1, model.issued.length)]
  if (issued === undefined) return
  const client = clientAt(context.slice, step.client)
  const redirectUri = client.redirectUris[step.uri % client.redirectUris.length] ?? ''
  const owed = model.redeems(issued, client, redirectUri)
  const redeemed = await tokenFor(context, { ...issued, client, redirectUri })
  if (redeemed === undefined) return
  const expected = owed.may
    ? `a token of ${issued.client.tenant}`
    : `nothing for ${client.id}: the code is of ${issued.client.id}`
  const handed = owed.must ? owedToken(redeemed, expected) : handedBy(redeemed)
  if (handed === undefined) return
  if (!owed.may) throw crossed('token-crossed', expected, `a token, with the redirect URI ${redirectUri}`)
  if (!client.redirectUris.some((uri) => reachedParty(redeemed, handed, uri))) {
    throw crossed('token-elsewhere', expected, told(redeemed))
  }
  const said = claimedBy(handed.fields, context.slice)
  const foreign = said.tenants.find((tenant) => tenant !== issued.client.tenant)
  if (foreign !== undefined) throw crossed('another-realm', expected, `a token of ${foreign}`)
  const strangers = said.users.filter((one) => !issued.users.includes(one))
  if (strangers.length > 0) throw crossed('another-user', expected, `one for ${namesOf(strangers)}`)
}

const signOut = async (stage: Stage, step: Of<'sign out'>) => {
  const { context, model } = stage
  if (context.dialect.signOut === null) return
  const journey = await windowOf(stage, step.browser, step.node).go(speaks(context, 'signOut').request({}, context.at))
  const last = journey.at(-1)
  if (last?.response === undefined) throw new Inconclusive('unreadable', 'the sign-out was not answered')
  await windowOf(stage, step.browser, step.node).load(journey)
  model.signsOut(step.browser)
}
