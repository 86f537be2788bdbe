import { loadTarget } from '../harness/target/load.ts'
import type { Target } from '../harness/target/target.ts'

/** The broker of a target file. */
export const loadBroker = async (file: string): Promise<Target<'broker'>> => {
  const target = await loadTarget(file)
  if (target.role !== 'broker') throw new TypeError(`${file} is a ${target.role}`)
  return target
}
