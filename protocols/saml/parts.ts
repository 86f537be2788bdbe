import { readInstant } from '../instants.ts'
import { refuse } from '../refusal.ts'
import type { Element } from '../xml/element.ts'
import { attributeNamed, childrenNamed, elementsOf, textOf } from '../xml/element.ts'

/** The attribute of this name, which must be there. */
export const required = (element: Element, name: string): string =>
  attributeNamed(element, name) ?? refuse('malformed', `${element.local} without ${name}`)

/** The moment in an attribute, if it is there. */
export const instantIn = (element: Element, name: string): number | undefined => {
  const text = attributeNamed(element, name)
  return text === undefined ? undefined : (readInstant(text) ?? refuse('bad-instant', `${name} is no moment in UTC`))
}

/** The moment in an attribute, which must be there. */
export const requiredInstant = (element: Element, name: string): number =>
  instantIn(element, name) ?? refuse('malformed', `${element.local} without ${name}`)

/** The child of this name, of which there may be one. */
export const onlyChild = (element: Element, local: string): Element | undefined => {
  const found = childrenNamed(element, local)
  return found.length > 1 ? refuse('malformed', `${element.local} with two of ${local}`) : found[0]
}

/** The text of an element that may hold nothing else: markup inside a value has no one meaning. */
export const plainText = (element: Element): string =>
  elementsOf(element).length > 0 ? refuse('malformed', `${element.local} with elements inside`) : textOf(element)

/** The names of the conditions beyond audiences; those of foreign vocabularies with their namespace before them. */
export const otherConditionsOf = (conditions: Element | undefined, audience: string): string[] =>
  (conditions === undefined ? [] : elementsOf(conditions))
    .filter(({ local, namespace }) => local !== audience || namespace !== conditions?.namespace)
    .map(({ local, namespace }) => (namespace === conditions?.namespace ? local : `${namespace} ${local}`))

/** The properties that are there: `undefined` ones are left out. */
export const present = <Parts extends Record<string, unknown>>(
  parts: Parts,
): { [Name in keyof Parts]?: Exclude<Parts[Name], undefined> } =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as never
