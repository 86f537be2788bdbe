import { expect, test } from 'vitest'
import { single, slice } from '../../../fixtures/world/slice.ts'
import { resolveDialect } from '../../../harness/dialects/resolve.ts'
import type { DialectName } from '../../../harness/dialects/resolve.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { writeFaultResult } from '../../../protocols/ws-federation/result.ts'
import type { Asked } from '../authorize/request.ts'
import { comesToNothing } from './refusals.ts'

const own = slice(1, 'refusals.test', single)
const [party] = own.parties
if (party === undefined) throw new TypeError('the slice has no party')
const stranger = 'https://stranger.test/reply'
const fault: Pairs = [['wresult', writeFaultResult({ code: 'Sender', reason: 'no' })]]
const result: Pairs = [['wresult', '<t:RequestSecurityTokenResponse/>']]
const posted = (action: string, fields: Pairs): Asked['outcome'] => ({ is: 'form-post', action, fields })
const sent = (url: string, params: Pairs = []): Asked['outcome'] => ({ is: 'redirect', to: `${url}?${encodeForm(params)}`, params }) // prettier-ignore

/** What is said of where a request that names the party and a stranger ended. */
const judged = (outcome: Asked['outcome'], name: DialectName = 'wsfed') => {
  const query = encodeForm([['wtrealm', party.realm], ['wreply', stranger]]) // prettier-ignore
  const request = { method: 'GET', origin: 'https://sts.test', rawPath: `/wsfed?${query}`, headers: [] }
  const asked: Asked = { outcome, journey: [{ n: 1, check: null, phase: 'run', plane: 'party', from: 'browser', to: 'target', at: 0, request }] } // prettier-ignore
  try {
    return comesToNothing({ dialect: resolveDialect(name), slice: own } as Context, asked, 'nothing')
  } catch (cause) {
    if (cause instanceof Violation) return cause.kind
    if (cause instanceof Inconclusive) return cause.why
    throw cause
  }
}

test.each([
  ['a page', { is: 'refusal', text: 'no' }, false],
  ['a fault at the registered reply', posted(party.reply, fault), true],
  ['an error at the registered reply', sent(party.reply, [['error', 'access_denied']]), true],
  ['a result at the registered reply', posted(party.reply, result), 'answered'],
  ['a result in a query', sent(party.reply, result), 'answered'],
  ['the address of a result', sent(party.reply, [['wresultptr', 'https://sts.test/1']]), 'answered'],
  ['a fault at a place that the request names', posted(stranger, fault), 'sent-away'],
  ['a place that nobody can read', sent('https://'), 'sent-away'],
  ['a place of which nobody spoke', sent('https://help.test/'), 'unreadable'],
] as const)('in plain WS-Federation %s is judged as %s', (_, outcome, owed) => {
  expect(judged(outcome as Asked['outcome'])).toBe(owed)
})

test('under the documented dialect nothing leaves the broker', () => {
  expect(judged(posted(party.reply, fault), 'k2trust')).toBe('sent-away')
  expect(judged(posted(party.reply, result), 'k2trust')).toBe('answered')
})
