import { describe, expect, test } from 'vitest'
import { single, slice } from '../../../fixtures/world/slice.ts'
import { resolveDialect } from '../../../harness/dialects/resolve.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { formPost } from '../../../mocks/idp/form-post.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { textResponse } from '../../../protocols/wire.ts'
import type { Asked } from '../authorize/request.ts'
import { answerIn, marked, markOf } from './answers.ts'
import { buysNothing } from './bad-answer.ts'

const hop = (to: 'target' | 'idp', status: number, text: string, headers: Pairs = []): Exchange => ({
  n: 1, check: null, phase: 'run', plane: to === 'idp' ? 'idp' : 'party', from: 'browser', to, at: 0,
  request: { method: 'GET', origin: 'https://login.test', rawPath: '/', headers: [] },
  response: textResponse(status, text, [['content-type', 'text/html'], ...headers]),
}) // prettier-ignore
const reply = 'https://broker.test/reply'

describe('the answer of an identity provider', () => {
  test('is the form that waits to be posted', async () => {
    const fields: Pairs = [['wa', 'wsignin1.0'], ['wresult', '<r a="&"/>'], ['wctx', 'c']] // prettier-ignore
    const page = hop('idp', 200, await formPost(reply, fields).text())
    expect(answerIn([page])).toEqual({ method: 'POST', url: reply, fields })
  })

  test('is the query of a redirect', () => {
    const sent = hop('idp', 302, '', [['location', `${reply}?code=1&state=s#_`]])
    const fields = [['code', '1'], ['state', 's']] // prettier-ignore
    expect(answerIn([sent])).toEqual({ method: 'GET', url: reply, fields })
  })

  test.each([
    ['a page', [hop('idp', 200, 'sign in')]],
    ['a form of the target', [hop('target', 302, '', [['location', reply]])]],
    ['nothing', []],
  ])('%s is none', (_, journey) => {
    expect(() => answerIn(journey)).toThrow(Inconclusive)
  })

  const answer = { method: 'POST', url: reply, fields: [['id_token', 't'], ['state', 's']] as Pairs } as const // prettier-ignore

  test('is for the sign-in that it names, or for another, or for none', () => {
    expect(markOf(answer)).toBe('s')
    expect(markOf(marked(answer, 'other'))).toBe('other')
    expect(marked(answer, undefined).fields).toEqual([['id_token', 't']])
    expect(() => markOf(marked(answer, undefined))).toThrow(Inconclusive)
    expect(() => markOf(marked(answer, ''))).toThrow(Inconclusive)
  })
})

test('a bad answer may buy a refusal, but neither a response nor a way elsewhere', () => {
  const [party] = slice(1, 'answers.test', single).parties
  if (party === undefined) throw new TypeError('the slice has no party')
  const context = { dialect: resolveDialect('k2trust') } as Context
  const kindOf = (outcome: Asked['outcome']) => {
    try {
      return buysNothing(context, { journey: [], outcome }, { party }, 'it')
    } catch (cause) {
      return cause instanceof Violation ? cause.kind : cause
    }
  }
  expect(kindOf({ is: 'page' })).toBeInstanceOf(Inconclusive)
  expect(kindOf({ is: 'refusal', text: 'error' })).toBeUndefined()
  expect(kindOf({ is: 'form-post', action: party.reply, fields: [['wresult', '<r/>']] })).toBe('answered')
  expect(kindOf({ is: 'form-post', action: party.reply, fields: [['wa', 'wsignin1.0']] })).toBe('sent-away')
  expect(kindOf({ is: 'redirect', to: 'https://elsewhere.test/', params: [] })).toBe('sent-away')
})
