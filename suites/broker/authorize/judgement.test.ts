import { describe, expect, test } from 'vitest'
import { single, slice } from '../../../fixtures/world/slice.ts'
import { readAuthorize } from '../../../harness/dialects/authorize.ts'
import { resolveDialect } from '../../../harness/dialects/resolve.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { textResponse } from '../../../protocols/wire.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { nothingLeaves } from './judgement.ts'

const stranger = 'https://stranger.test/cb'
const own = slice(1, 'judgement.test', single)
const [registered = ''] = own.clients[0]?.redirectUris ?? []
const request = { method: 'GET', origin: 'https://broker.test', rawPath: '/authorize', headers: [] }
const hop = (to: 'target' | 'idp', status: number, text: string, headers: Pairs = []): Exchange => ({
  n: 1, check: null, phase: 'run', plane: to === 'idp' ? 'idp' : 'party', from: 'browser', to, at: 0, request,
  response: textResponse(status, text, [['content-type', 'text/html'], ...headers]),
}) // prettier-ignore
const signedIn = hop('idp', 302, '', [['location', 'https://broker.test/callback?code=code-12345678&state=s']])

/** What is made of a journey under a dialect: nothing, an accusation by its kind, or a doubt by its reason. */
const judged = (
  journey: readonly Exchange[],
  given: readonly string[] = [stranger],
  name: 'k2trust' | 'oauth2' = 'oauth2',
) => {
  const dialect = resolveDialect(name)
  const at = { target: 'https://broker.test', idp: 'https://login.test', paths: dialect.paths }
  const context = { slice: own, dialect, at, note: () => undefined } as Partial<Context> as Context
  try {
    nothingLeaves(context, { journey, outcome: readAuthorize(dialect.wording, journey) }, given)
    return 'nothing'
  } catch (cause) {
    if (cause instanceof Violation) return cause.kind
    if (cause instanceof Inconclusive) return cause.why
    throw cause
  }
}
const refusal = 'error: invalid redirect'
const page = (text: string, headers: Pairs = []) => [signedIn, hop('target', 400, refusal + text, headers)]

describe('a page that refuses', () => {
  test.for([
    ['says so', '', 'nothing'],
    ['quotes the address as text', `<p>${stranger} is not registered</p>`, 'nothing'],
    ['links to it', `<a href="${stranger}">back</a>`, 'nothing'],
    ['has a form of its own', '<form action="/search"><input name="q"></form>', 'nothing'],
    ['shows the code that was issued', '<p>code-12345678</p>', 'code-on-page'],
    ['hides it in a link', `<a href="${stranger}?x=code-12345678">go on</a>`, 'code-on-page'],
    ['opens the address in a frame with a code', `<iframe src="${stranger}?code=own-1"></iframe>`, 'code-on-page'],
    ['goes there by script with a code', `<script>location = '${stranger}?code=own-1'</script>`, 'code-on-page'],
    ['names the address in a script', `<script>next = '${stranger}'</script>`, 'unreadable'],
    ['goes there on load', `<svg onload="top.location='${stranger}'">`, 'unreadable'],
    ['goes there after a moment', `<meta http-equiv="refresh" content="0;${stranger}">`, 'redirected-elsewhere'],
    [
      'posts there by itself',
      `<form action="${stranger}"><input name="error"></form><script>document.forms[0].submit()</script>`,
      'redirected-elsewhere',
    ],
  ] as const)('%s', ([, text, verdict]) => expect(judged(page(text))).toBe(verdict))

  test('goes there by a header', () =>
    expect(judged(page('', [['refresh', `0; url=${stranger}`]]))).toBe('redirected-elsewhere'))
  test('is no refusal when the target is overloaded', () => expect(judged([hop('target', 429, '')])).toBe('unreadable'))
  test('is no refusal when it says nothing', () => expect(judged([hop('target', 200, 'welcome')])).toBe('unreadable'))
})

describe('a redirect', () => {
  const sent = (location: string) => [signedIn, hop('target', 302, '', [['location', location]])]

  test.for([
    ['to the stranger with a code', `${stranger}?code=c`, [stranger], 'code-elsewhere'],
    ['to the stranger with an error', `${stranger}?error=e`, [stranger], 'redirected-elsewhere'],
    [
      'to the registered one of two, with parameters nobody asked for',
      `${registered}?code=c&client_info=x&`,
      [registered, stranger],
      'nothing',
    ],
    ['to a registered one instead', `${registered}?code=c`, [stranger], 'nothing'],
    [
      'to a registered one with a code that was smuggled in',
      `${registered}?code=evil&code=c`,
      [`${registered}?code=evil`],
      'code-elsewhere',
    ],
    ['to an error page of the vendor', 'https://vendor.test/error', [stranger], 'unreadable'],
    [
      'to an error page of the vendor that quotes the stranger',
      `https://vendor.test/e?bad=${encodeURIComponent(stranger)}`,
      [stranger],
      'unreadable',
    ],
  ] as const)('%s', ([, location, given, verdict]) => expect(judged(sent(location), given)).toBe(verdict))

  test('to a registered one instead is not the documented refusal', () => {
    expect(judged(sent(`${registered}?code=c`), [stranger], 'k2trust')).toBe('accepted')
  })
})
