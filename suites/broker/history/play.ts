import type { Browser } from '../../../harness/agent/browser.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import type { Asked } from '../authorize/request.ts'
import { answered, askedBy, describe, gotCode, requestOf, sentTo, validRequest } from '../authorize/request.ts'
import { metadataOf, names, responseIn, seenBy, signInBy, speaks, trustOf } from '../sign-in/request.ts'
import { clientAt, makeModel, partyAt, userAt } from './model.ts'
import type { Of, Stage } from './stage.ts'
import { crossed, namesOf } from './stage.ts'
import type { History, Step } from './step.ts'
import { cast } from './step.ts'
import { askForAppOnly, redeem, renew } from './tokens.ts'

/** What a party trusts that reads the metadata now. */
const trusted = async (context: Context): Promise<PartyTrust> => trustOf(context, await metadataOf(context))

/** Plays a history on the target and holds what comes of each step against the model. */
export const play = async (context: Context, { steps }: History): Promise<void> => {
  const trust = await trusted(context)
  const windows = Array.from({ length: cast.browsers }, () => context.browser())
  const stage: Stage = { context, trust, model: makeModel(context.slice, windows.length), windows, begun: new Map() }
  try {
    for (const [index, step] of steps.entries()) await take(stage, step, `history-${index}-${context.slice.tag}`)
  } finally {
    if (steps.some(({ does }) => does === 'wait')) await context.clock.reset()
  }
}

const take = async (stage: Stage, step: Step, name: string): Promise<void> => {
  if (step.does === 'sign in') await signIn(stage, step, name)
  if (step.does === 'ask for a code') await ask(stage, step, name)
  if (step.does === 'answer') await answer(stage, step)
  if (step.does === 'redeem') await redeem(stage, step)
  if (step.does === 'get tokens') await getTokens(stage, step, name)
  if (step.does === 'renew') await renew(stage, step)
  if (step.does === 'ask for app-only') await askForAppOnly(stage, step)
  if (step.does === 'sign out') await signOut(stage, step)
  if (step.does === 'restart') await restart(stage)
  if (step.does === 'wait') await wait(stage, step)
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

const ask = async (stage: Stage, step: Of<'ask for a code'>, state: string) => {
  const { context, model, begun } = stage
  if (context.dialect.authorize === null) return
  const client = clientAt(context.slice, step.client)
  const redirectUri = client.redirectUris[step.uri % client.redirectUris.length] ?? ''
  const { id: clientId, resource } = client
  const request = requestOf(context, { ...validRequest(context), clientId, resource, redirectUri, state })
  const journey = await windowOf(stage, step.browser, step.node).go(request, undefined, 'idp')
  const open = { client, redirectUri, state, browser: step.browser, node: step.node, stale: false }
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
    if (owed.must && step.node === one.node && !open.stale) throw crossed('lost', expected, describe(asked))
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

/** The whole of a flow, from the request to the tokens, with nothing between. */
const getTokens = async (stage: Stage, step: Of<'get tokens'>, name: string) => {
  const { model } = stage
  const before = model.issued.length
  await ask(stage, { ...step, does: 'ask for a code' }, name)
  await answer(stage, { ...step, does: 'answer', request: model.open.length - 1 })
  if (model.issued.length > before) await redeem(stage, { ...step, does: 'redeem', code: before })
}

/** A target may sign with another key from then on, as long as it publishes that. */
const restart = async (stage: Stage) => {
  const { context, model } = stage
  await context.restart()
  stage.trust = await trusted(context)
  model.restarts(context.dialect.documented)
}

const wait = async ({ context, model }: Stage, { hours }: Of<'wait'>) => {
  await context.clock.advance(hours * 3_600_000)
  model.waits(context.dialect.documented)
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
