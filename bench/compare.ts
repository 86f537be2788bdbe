/**
 * Measures contenders against a unit, each between two runs of the unit, in turn and several rounds long: whatever else the
 * machine does disturbs both sides of a ratio alike. Answers how many units each contender took, for every round but the
 * first, which warms up.
 */
export const inUnits = async <Name extends string>(
  count: number,
  unit: () => Promise<number>,
  contenders: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> => {
  const names = Object.keys(contenders) as Name[]
  const ratios = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  let before = await unit()
  for (let round = 0; round <= count; round += 1) {
    for (const name of names) {
      const own = await contenders[name]()
      const after = await unit()
      if (round > 0) ratios[name].push((own * 2) / (before + after))
      before = after
    }
  }
  return ratios
}

/** How long something takes, in ms. */
export const timeOf = async (body: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await body()
  return performance.now() - began
}

/** Does something with every item, so many at a time, in order of arrival. */
export const sideBySide = async <T>(
  items: Iterable<T>,
  atOnce: number,
  body: (item: T) => Promise<unknown>,
): Promise<void> => {
  const left = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await body(next.value)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
