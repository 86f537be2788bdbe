/** A text that was found, and where. */
export type Found = { at: number; text: string }

const head = 6

/**
 * Makes what finds the first of many texts in another one, however many there are: by their first characters. Of two that
 * begin at the same place the longer is found.
 */
export const finderOf = (texts: readonly string[]): ((within: string, from?: number) => Found | undefined) => {
  const known = new Set(texts.filter((text) => text !== ''))
  /** Of the texts that begin alike the lengths, the longest first. */
  const lengthsOf = new Map(
    [...Map.groupBy(known, (text) => text.slice(0, head))].map(([beginning, alike]) => [
      beginning,
      [...new Set(alike.map(({ length }) => length))].toSorted((one, other) => other - one),
    ]),
  )
  const heads = [...new Set([...lengthsOf.keys()].map(({ length }) => length))].toSorted((one, other) => other - one)
  const first = new Set([...lengthsOf.keys()].map((text) => text.charCodeAt(0)))

  return (within, from = 0) => {
    for (let at = from; at < within.length; at += 1) {
      if (!first.has(within.charCodeAt(at))) continue
      for (const length of heads) {
        const lengths = lengthsOf.get(within.slice(at, at + length))
        const text = lengths?.map((one) => within.slice(at, at + one)).find((one) => known.has(one))
        if (text !== undefined) return { at, text }
      }
    }
    return undefined
  }
}
