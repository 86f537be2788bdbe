import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { refused, says } from './judgement.ts'
import type { Asked } from './request.ts'
import {
  answered,
  askedBy,
  authorize,
  describe,
  peopleOf,
  registeredGetsCode,
  requestOf,
  sentTo,
  upstreamState,
  validRequest,
} from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const

const tryResponseType = async (context: Context, responseType: string | readonly string[]) => {
  const asked = await authorize(context, { ...validRequest(context), responseType })
  const token = ['access_token', 'id_token', 'token'].find((name) => answered(asked, name) !== undefined)
  const expected = `response_type ${JSON.stringify(responseType)} refused`
  if (token !== undefined) throw new Violation('token-in-url', { expected, actual: `a ${token}: ${describe(asked)}` })
  if (answered(asked, 'code') !== undefined) throw new Violation('accepted', { expected, actual: describe(asked) })
  if (sentTo(asked) && answered(asked, 'error') !== undefined) return undefined
  refused(context, asked, `response_type ${JSON.stringify(responseType)}`)
  return asked
}

const types = ['code', 'token', 'id_token', 'none', 'device']
const combinations = fc
  .shuffledSubarray(types, { minLength: 1, maxLength: 3 })
  .map((words) => words.join(' '))
  .map((text) => (text === 'code' ? 'code token' : text))

/** Nothing but a code is ever asked for or given. */
export const codeOnly: Check = {
  id: 'authorize.code-only.response-types',
  title: 'no response_type but code obtains a token or a code',
  sends: 'valid authorization requests with other response types, alone and combined',
  owes: 'row 9, "An error occurred while processing an authorization request", or an error at the registered redirect URI; no token in any URL',
  clauses: ['authorize.code-only'],
  attacks: ['OAU-27'],
  applies: ({ documented }) => (documented ? undefined : 'dialect.documented'),
  needs,
  kills: [
    'broker.accepts-any-response-type',
    'broker.accepts-response-types-with-code',
    'broker.words-response-types-its-own-way',
  ],
  control: registeredGetsCode,
  async run(context) {
    await context.each(['token', 'id_token', 'id_token token', 'none'], async (type) => {
      const asked = await tryResponseType(context, type)
      if (asked) says(context, asked, 'authorization-request')
    })
    await context.forEvery(
      'combined',
      combinations,
      context.runs,
      async (type) => void (await tryResponseType(context, type)),
    )
  },
}

const tryVersion = async (context: Context, version: string) => {
  const asked = await authorize(context, { ...validRequest(context), version })
  refused(context, asked, `version ${version} of OAuth`)
  return asked
}

/** Only OAuth 2.0 is served; what the path names instead is told by row 8. */
export const onlyVersion2: Check = {
  id: 'authorize.version.others',
  title: 'no version of OAuth but 2.0 is served',
  sends: 'valid authorization requests whose path names another version',
  owes: 'error row 8, "The version of OAuth used is not supported."; nobody is sent on',
  clauses: ['authorize.version'],
  applies: ({ versionPath }) => (versionPath === null ? 'dialect.versionPath' : undefined),
  needs,
  kills: ['broker.serves-every-version', 'broker.refuses-only-version-1', 'broker.serves-version-by-first-digit'],
  control: registeredGetsCode,
  async run(context) {
    await context.each(['1', '3'], async (version) =>
      says(context, await tryVersion(context, version), 'oauth-version'),
    )
    const half = Math.ceil(context.runs / 2)
    await context.forEvery(
      'numbers',
      fc.integer({ min: 0, max: 999 }).filter((number) => number !== 2),
      half,
      async (number) => void (await tryVersion(context, String(number))),
    )
    await context.forEvery(
      'longer',
      fc.integer({ min: 0, max: 99 }),
      half,
      async (number) => void (await tryVersion(context, `2${number}`)),
    )
  },
}

/** What the identity provider refuses is told to the caller, and is never a code. */
export const relaysRefusal: Check = {
  id: 'authorize.relays-refusal.access-denied',
  title: 'a refusal of the identity provider reaches the caller with its state, or is told on a page',
  sends:
    'valid authorization requests of a user whom the identity provider refuses, alone or with a code beside the error; callbacks with other errors',
  owes: 'an error and the state at the redirect URI that was asked for, or an error page; never a code',
  clauses: ['authorize.relays-refusal'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: [
    'broker.turns-refusal-into-code',
    'broker.omits-state-of-refusal',
    'broker.omits-unknown-errors',
    'broker.prefers-code-to-error',
    'broker.tells-refusals-as-another-row',
  ],
  control: registeredGetsCode,
  async run(context) {
    const modes = ['idp.denies-access', 'idp.answers-with-error-and-code'] as const
    const { redirectUris } = peopleOf(context).client
    const cases = modes.flatMap((mode) =>
      redirectUris.flatMap((redirectUri) => [true, false].map((stateful) => ({ mode, redirectUri, stateful }))),
    )
    await context.each(cases, async ({ mode, redirectUri, stateful }) => {
      context.hostile(mode)
      const request = { ...validRequest(context), redirectUri, ...(!stateful && { state: [] }) }
      requireRefusal(context, await authorize(context, request), stateful ? String(request.state) : undefined)
    })
    context.hostile()
    if (context.dialect.callback === null)
      return context.note('no callback can be made up: only access_denied was tried')
    const { request: made } = context.dialect.callback
    await context.forEvery('errors', errors, Math.ceil(context.runs / 2), async (error) => {
      const request = validRequest(context)
      const browser = context.browser()
      const journey = await browser.go(requestOf(context, request), undefined, 'idp')
      const state = upstreamState(journey)
      if (state === undefined) throw new Inconclusive('unreadable', 'the request upstream carries no state to answer')
      const answer = await browser.go(made({ error, state }, context.at))
      requireRefusal(context, askedBy(context, answer), String(request.state))
    })
    return undefined
  },
}

const errors = fc.oneof(
  fc.constantFrom('access_denied', 'server_error', 'temporarily_unavailable', 'invalid_scope', 'unauthorized_client'),
  fc.constantFrom('login_required', 'consent_required', 'interaction_required', 'account_selection_required'),
  fc.constantFrom('invalid_resource', 'cannot_find_tenant', 'compliance_check'),
  fc.array(label, { minLength: 1, maxLength: 3 }).map((words) => words.join('_')),
)

/** A refusal upstream reaches the caller with its state, or is told on a page. */
const requireRefusal = (context: Context, asked: Asked, state: string | undefined) => {
  if (answered(asked, 'code') !== undefined)
    throw new Violation('code', { expected: 'no code for a refused user', actual: describe(asked) })
  if (sentTo(asked) === undefined) {
    refused(context, { ...asked, journey: [] }, 'a user whom the identity provider refused')
    return says(context, asked, 'authorization-response')
  }
  if (answered(asked, 'error') === undefined)
    throw new Violation('silent', { expected: 'an error at the redirect URI', actual: describe(asked) })
  if (answered(asked, 'state') === state) return undefined
  throw new Violation('state', {
    expected: state === undefined ? 'no state, since none was sent' : `the state ${state} beside the error`,
    actual: answered(asked, 'state') ?? 'none',
  })
}
