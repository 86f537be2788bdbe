import { Inconclusive } from '../../../harness/judge/blame.ts'
import { orRefused } from '../../../protocols/refusal.ts'
import type { Element } from '../../../protocols/xml/element.ts'
import { withDescendants } from '../../../protocols/xml/element.ts'
import { rootOf } from '../../../protocols/xml/read.ts'
import type { Asked } from '../authorize/request.ts'
import { resultIn } from './request.ts'

/**
 * Every element of a result as it came, the token's own among them. Nothing of it has been verified.
 *
 * @throws Inconclusive when no result came or it is no XML
 */
export const elementsOfResult = (asked: Asked): readonly Element[] => {
  const result = resultIn(asked)
  const read = orRefused(() => withDescendants(rootOf(result)))
  if ('is' in read) throw new Inconclusive('unreadable', `the result cannot be read: ${read.detail}`)
  return read
}
