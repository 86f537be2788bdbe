import type { DeclaredRow, ErrorRowId } from '../../../fixtures/error-table.ts'
import { documentedRows, errorRowIds } from '../../../fixtures/error-table.ts'
import type { Journey } from '../../../harness/agent/browser.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import { beginningOf } from '../../../harness/record/beginning.ts'

/** A page of the target on which a request ended. */
export type ErrorPage = { text: string; status: number }

/** The page of the target on which a journey ended, if that is where it ended. */
export const pageIn = (journey: Journey): ErrorPage | undefined => {
  const last = journey.at(-1)
  const next = last && nextOf(last)
  return last?.to === 'target' && next?.is === 'page' ? { text: next.page.text, status: next.status } : undefined
}

/**
 * The page of the target on which a journey ended.
 *
 * @throws Inconclusive where it ended elsewhere, which is the question of another check
 */
export const errorPageOf = (journey: Journey, what: string): ErrorPage => {
  const page = pageIn(journey)
  if (page === undefined) throw new Inconclusive('unreadable', `${what} did not end on a page of the target`)
  return page
}

/** What a target declares of a row; an empty row where it declares nothing. */
const declaredOf = ({ profile }: Context, row: ErrorRowId): Omit<DeclaredRow, 'row'> =>
  profile.errorTable?.find((one) => one.row === row) ?? {}

const spaced = (text: string) => text.replaceAll(/\s+/g, ' ').trim()
const bare = (text: string) => text.replaceAll(/\s+/g, '').toLowerCase()

/** Whether a code stands in a text on its own, not as a part of a longer word or number. */
export const stands = (code: string, text: string): boolean =>
  text
    .split(spaced(code))
    .some((before, at, parts) => at + 1 < parts.length && !/[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]/u.test(parts[at + 1] ?? '')) // prettier-ignore

/** Whether the page of a row says what the dialect says of it. */
const words = ({ dialect: { wording } }: Context, row: ErrorRowId, { text }: ErrorPage): boolean => {
  const said = wording[row]
  return said !== undefined && text.includes(spaced(said))
}

/** Whether a page shows the code or the id that is declared for a row. */
const numbers = (context: Context, row: ErrorRowId, { text }: ErrorPage): boolean => {
  const { code, id } = declaredOf(context, row)
  return [code, id].some((number) => number !== undefined && stands(number, text))
}

/** As which rows a page can be taken, of which one is expected: by its text and by what is declared. */
export const rowsOn = (context: Context, expected: ErrorRowId, page: ErrorPage): ErrorRowId[] => {
  const by = (shows: typeof words) =>
    shows(context, expected, page) ? [expected] : errorRowIds.filter((row) => shows(context, row, page))
  return [...new Set([...by(words), ...by(numbers)])].toSorted()
}

/** What is known of the cause of a row: the realm that was unknown, and a page of the target without any details. */
export type Known = { realm?: string; plain?: ErrorPage | undefined }

/**
 * Judges the page of a row: its text, its details where the sources promise them, the declared code, id and status.
 *
 * @throws Violation of kind `wording`, `no-realm`, `another-realm`, `no-details`, `code`, `id` or `status`
 */
export const showsRow = (context: Context, row: ErrorRowId, page: ErrorPage, { realm, plain }: Known = {}): void => {
  const { text, detailsInMessage, number } = documentedRows[row]
  const [documented = '', after = ''] = text
  const said = context.dialect.wording[row] ?? documented
  const fail = (kind: string, expected: string) =>
    new Violation(kind, {
      expected: `error row ${number}: ${expected}`,
      actual: `a page with status ${page.status} saying "${beginningOf(page.text, 160)}"`,
    })
  if (!words(context, row, page)) throw fail('wording', `"${said}"`)
  const [, behind = ''] = page.text.split(spaced(said), 2)
  if (said === documented && after !== '') {
    if (!behind.includes(after)) throw fail('wording', `"${text.join('…')}"`)
    const [shown = ''] = behind.split(after, 1)
    if (bare(shown) === '') throw fail('no-realm', `the realm that is unknown between "${said}" and "${after}"`)
    if (realm !== undefined && !bare(shown).startsWith(bare(realm).slice(0, 8))) {
      throw fail('another-realm', `the realm ${realm}`)
    }
  }
  if (detailsInMessage && detailsOn(context, page, said, plain).length === 0) {
    throw fail('no-details', `"${said}" and details, which "are in the message"`)
  }
  const { code, id, status } = declaredOf(context, row)
  if (code !== undefined && !stands(code, page.text)) throw fail('code', `the declared code ${code}`)
  if (id !== undefined && !stands(id, page.text)) throw fail('id', `the declared id ${id}`)
  if (status !== undefined && status !== page.status) throw fail('status', `the declared status ${status}`)
}

/** Identifiers of a request and times, which are no details. */
const stamps = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\b[\da-f]{16,}\b|\d[\d:.TZ/-]{5,}/gi

const wordsOf = (text: string) => text.replaceAll(stamps, ' ').split(/[^\p{L}\p{N}]+/u).filter((word) => /\p{L}{2}/u.test(word)) // prettier-ignore

/** The words of a page beside the text of its row, its declared numbers, and what a page without details has too. */
const detailsOn = ({ profile }: Context, page: ErrorPage, said: string, plain: ErrorPage | undefined): string[] => {
  const declared = (profile.errorTable ?? []).flatMap(({ code, id }) => [code, id]).filter((one) => one !== undefined)
  const without = [spaced(said), ...declared].reduce((text, part) => text.replaceAll(part, ' '), page.text)
  const everywhere = new Set(wordsOf(plain?.text ?? ''))
  return wordsOf(without).filter((word) => !everywhere.has(word))
}
