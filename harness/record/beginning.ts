const edges = [' ', '\n', '"', "'", '<', '>']

/**
 * The beginning of a text, of so many characters at most: cut where a word ends, since half a secret would not be known for
 * one. A text that begins with a longer word has none.
 */
export const beginningOf = (text: string, longest: number): string => {
  if (text.length <= longest) return text
  const end = Math.max(...edges.map((edge) => text.lastIndexOf(edge, longest)))
  return text.slice(0, Math.max(0, end))
}
