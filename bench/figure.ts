import type { Keyring } from '../fixtures/world/world.ts'

/** What a ratio should be. A goal that is missed is printed; it fails nothing. */
export type Goal = { atMost: number } | { atLeast: number }

/** One ratio of a figure, measured once in each round; without a goal it explains another line. */
export type Line = { name: string; ratios: readonly number[]; goal?: Goal; note: string }

/** Something worth knowing about speed or size, always as a ratio of two things measured in the same run. */
export type Figure = { name: string; tells: string; measure(keyring: Keyring): Promise<readonly Line[]> }

/** The middle one of several numbers; of an even count the higher of the two. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN

/** Whether the median of a line reaches its goal; a line without one cannot miss it. */
export const isMet = ({ ratios, goal }: Line): boolean => {
  if (goal === undefined) return true
  return 'atMost' in goal ? median(ratios) <= goal.atMost : median(ratios) >= goal.atLeast
}

/** A figure as aligned text: the median, the lowest and the highest round, the goal. */
export const tableOf = ({ name, tells }: Figure, lines: readonly Line[]): string => {
  const rows = lines.map((line) => {
    const { ratios, goal, note } = line
    const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`
    const wanted = goal === undefined ? '' : 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`
    const result = goal === undefined ? '' : isMet(line) ? 'met' : 'missed'
    return [line.name, median(ratios).toFixed(2), range, wanted, result, note]
  })
  const head = ['', 'ratio', 'rounds', 'goal', '', '']
  const table = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const text = table.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
  return [`${name}: ${tells}`, ...text].join('\n')
}
