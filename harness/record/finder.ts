/** A text that was found, and where. */
export type Found = { at: number; text: string }

const head = 6

/**
 * Makes what finds the first of many texts in another one, however many there are: by their first characters. Of two that
 * begin at the same place the longer is found.
 */
export const finderOf = (texts: readonly string[]): ((within: string, from?: number) => Found | undefined) => {
  const byHead = Map.groupBy(
    texts.filter((text) => text !== '').toSorted((one, other) => other.length - one.length),
    (text) => text.slice(0, head),
  )
  const heads = new Set([...byHead.keys()].map(({ length }) => length))
  const first = new Set([...byHead.keys()].map((text) => text.charCodeAt(0)))

  return (within, from = 0) => {
    for (let at = from; at < within.length; at += 1) {
      if (!first.has(within.charCodeAt(at))) continue
      const found = [...heads]
        .flatMap((length) => byHead.get(within.slice(at, at + length)) ?? [])
        .filter((text) => within.startsWith(text, at))
      if (found.length > 0) return { at, text: found.reduce((one, other) => (other.length > one.length ? other : one)) }
    }
    return undefined
  }
}
