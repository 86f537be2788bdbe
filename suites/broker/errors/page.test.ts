import { describe, expect, test } from 'vitest'
import { documentedRows } from '../../../fixtures/error-table.ts'
import type { DeclaredRow, ErrorRowId } from '../../../fixtures/error-table.ts'
import { resolveDialect } from '../../../harness/dialects/resolve.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { room } from '../../../test/empty-room.ts'
import type { Known } from './page.ts'
import { rowsOn, showsRow, stands } from './page.ts'

const contextWith = (errorTable?: DeclaredRow[], wording?: Partial<Record<ErrorRowId, string>>) => ({
  dialect: resolveDialect(wording ? { extends: 'k2trust', wording } : 'k2trust'),
  profile: { ...room.profile, ...(errorTable && { errorTable }) },
}) as Context // prettier-ignore
const kindOf = (context: Context, row: ErrorRowId, text: string, known?: Known, status = 400) => {
  try {
    showsRow(context, row, { text, status }, known)
    return undefined
  } catch (cause) {
    if (cause instanceof Violation) return cause.kind
    throw cause
  }
}
const undeclared = contextWith()
const failed = documentedRows['sign-in-request'].text[0] ?? ''
const realmed = (realm: string) => documentedRows['unknown-realm'].text.join(realm)

describe('the page of a row', () => {
  test('says its text, whatever is around it and whatever the status is', () => {
    const text = `Oops 51007 ${documentedRows['oauth-version'].text[0]} Call us.`
    expect([400, 200, 500].map((status) => kindOf(undeclared, 'oauth-version', text, {}, status))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(kindOf(undeclared, 'oauth-version', 'The version of OAuth is not supported.')).toBe('wording')
  })

  test.each([
    ['urn:x:realm', undefined],
    [' urn:x:realm ', undefined],
    ['urn:x:rea…', undefined],
    ['URN:X:REALM', undefined],
    ['', 'no-realm'],
    ['https://other.test/', 'another-realm'],
  ])('names the realm that is unknown: "%s"', (shown, kind) => {
    expect(kindOf(undeclared, 'unknown-realm', realmed(shown), { realm: 'urn:x:realm' })).toBe(kind)
  })

  test.each([
    [`Error ${failed}: unregistered reply`, undefined],
    [`Error ${failed}`, 'no-details'],
    [`Error ${failed} 1b4e28ba-2fa1-11d2-883f-0016d3cca427 2026-01-01T10:00:00Z`, 'no-details'],
    [`Error ${failed} Call your administrator`, 'no-details'],
    [`Error ${failed} AADSTS50011`, undefined],
  ])('has details beside its text and what every page has: "%s"', (text, kind) => {
    const plain = { text: 'Error Incoming request is not a valid request. Call your administrator', status: 400 }
    expect(kindOf(undeclared, 'sign-in-request', text, { plain })).toBe(kind)
  })

  test('owes what the dialect says instead, if it says something else', () => {
    const own = contextWith([], { 'unknown-realm': 'We do not know this site.' })
    expect(kindOf(own, 'unknown-realm', 'We do not know this site.')).toBe(undefined)
    expect(kindOf(own, 'unknown-realm', realmed('urn:x'))).toBe('wording')
  })

  const declared = contextWith([{ row: 'oauth-version', code: '8', id: 'Version', status: 404 }])
  const version = documentedRows['oauth-version'].text[0] ?? ''
  test.each([
    [`${version} 8 (Version)`, 404, undefined],
    [`${version} 18 (Version)`, 404, 'code'],
    [`${version} (Version)`, 404, 'code'],
    [`${version} 8`, 404, 'id'],
    [`${version} 8 (Version)`, 400, 'status'],
  ])('shows what was declared: "%s" with status %i', (text, status, kind) => {
    expect(kindOf(declared, 'oauth-version', text, {}, status)).toBe(kind)
  })
})

test.each([
  ['7', 'Error 7: unknown', true],
  ['7', '7', true],
  ['7', 'Error 1007, 70, v7, 7a', false],
  ['E-7', 'code E-7.', true],
  ['a b', 'see a b', true],
])('a code stands on its own: %s in "%s"', (code, text, is) => {
  expect(stands(code, text)).toBe(is)
})

test('a page is taken for the row it was expected to be, else for each that it could be', () => {
  const context = contextWith([
    { row: 'sign-in-request', code: 'E3' },
    { row: 'sign-in-response', code: 'E4' },
  ])
  const page = (text: string) => rowsOn(context, 'sign-in-response', { text, status: 400 })
  expect(page('An error occurred while processing a WS-Federation sign-in response E4')).toEqual(['sign-in-response'])
  expect(page(`${failed} E4`)).toEqual(['sign-in-request', 'sign-in-response'])
  expect(page(`${failed} E3`)).toEqual(['sign-in-request'])
  expect(page('Error')).toEqual([])
})
