import * as fc from 'fast-check'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { refused, says } from './judgement.ts'
import { answered, authorize, describe, peopleOf, registeredGetsCode, sentTo, validRequest } from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const

const tryResponseType = async (context: Context, responseType: string | readonly string[]) => {
  const asked = await authorize(context, { ...validRequest(context), responseType })
  const token = ['access_token', 'id_token', 'token'].find((name) => answered(asked, name) !== undefined)
  const expected = `response_type ${JSON.stringify(responseType)} refused`
  if (token !== undefined) throw new Violation('token-in-url', { expected, actual: `a ${token}: ${describe(asked)}` })
  if (answered(asked, 'code') !== undefined) throw new Violation('accepted', { expected, actual: describe(asked) })
  if (sentTo(asked) && answered(asked, 'error') !== undefined) return
  refused(context, asked, `response_type ${JSON.stringify(responseType)}`)
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
  owes: 'a refusal, at the broker or by an error at the registered redirect URI; no token in any URL',
  clauses: ['authorize.code-only'],
  attacks: ['OAU-27'],
  applies: ({ documented }) => (documented ? undefined : 'dialect.documented'),
  needs,
  kills: ['broker.accepts-any-response-type', 'broker.accepts-response-types-with-code'],
  control: registeredGetsCode,
  async run(context) {
    await context.each(['token', 'id_token', 'id_token token', 'none'], (type) => tryResponseType(context, type))
    await context.forEvery('combined', combinations, context.runs, (type) => tryResponseType(context, type))
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
  sends: 'valid authorization requests of a user whom the identity provider refuses with access_denied',
  owes: 'an error and the state at the redirect URI that was asked for, or an error page; never a code',
  clauses: ['authorize.relays-refusal'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs,
  kills: ['broker.turns-refusal-into-code', 'broker.omits-state-of-refusal'],
  control: registeredGetsCode,
  async run(context) {
    context.hostile('idp.denies-access')
    await context.each(peopleOf(context).client.redirectUris, async (redirectUri) => {
      const request = { ...validRequest(context), redirectUri }
      const asked = await authorize(context, request)
      if (answered(asked, 'code') !== undefined)
        throw new Violation('code', { expected: 'no code for a refused user', actual: describe(asked) })
      if (sentTo(asked) === undefined)
        return refused(context, { ...asked, journey: [] }, 'a user whom the identity provider refused')
      if (answered(asked, 'error') === undefined)
        throw new Violation('silent', { expected: 'an error at the redirect URI', actual: describe(asked) })
      if (answered(asked, 'state') !== request.state) {
        throw new Violation('state', {
          expected: `the state ${String(request.state)} beside the error`,
          actual: answered(asked, 'state') ?? 'none',
        })
      }
      return undefined
    })
  },
}
