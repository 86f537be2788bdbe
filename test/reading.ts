import { readTarget } from '../harness/target/load.ts'
import { Trouble } from '../harness/trouble.ts'

/** What is wrong with the definition of a target, as if it were in `/somewhere/target.json`. */
export const refused = (definition: unknown): Trouble => {
  try {
    readTarget(definition, '/somewhere/target.json')
  } catch (cause) {
    if (cause instanceof Trouble) return cause
    throw cause
  }
  throw new TypeError('nothing was refused')
}
