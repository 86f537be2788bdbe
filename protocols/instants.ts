/**
 * A moment as SAML and WS-Security write it: UTC, with milliseconds.
 *
 * @param at milliseconds since 1970-01-01T00:00:00Z
 * @throws {RangeError} outside the years 0 to 9999
 * @see SAML Core 2.0 section 1.3.3
 */
export const instantOf = (at: number): string => {
  const text = new Date(at).toISOString()
  if (text.length !== 24) throw new RangeError(`${text} has no four-digit year`)
  return text
}

const form = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,9}))?Z$/

/**
 * Reads a moment: `xs:dateTime` in UTC, written with `Z`. Any other zone, none, a leap second, the hour 24 and days that no
 * calendar has are no moments. Fractions are cut to milliseconds.
 *
 * @returns milliseconds since 1970-01-01T00:00:00Z, or `undefined`
 */
export const readInstant = (text: string): number | undefined => {
  const found = form.exec(text)
  if (found === null) return undefined
  const seconds = text.slice(0, 19)
  const at = Date.parse(`${seconds}.${(found[1] ?? '').slice(0, 3).padEnd(3, '0')}Z`)
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(seconds) ? undefined : at
}
