import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import { heldIn, sliceHeld } from '../../fixtures/world/cache-by-hand.ts'
import type { TokenService } from '../../fixtures/world/shapes.ts'
import type { World } from '../../fixtures/world/world.ts'
import { Trouble } from '../trouble.ts'
import type { ByHand } from './by-hand.ts'
import { differences } from './by-hand.ts'

/**
 * The same world with the keys of the document of a token cache, and its slices filled from it; those it cannot fill are left out.
 *
 * @param expected what the target file makes of a world that holds all of the document
 * @throws Trouble where the document says other than that: what is done elsewhere would be judged
 */
export const cacheWorldByHand = (
  world: World,
  { provision, keyring }: ByHand<CacheProvision>,
  { path, sharePoint, expected }: { path: string; sharePoint: TokenService; expected(whole: World): CacheProvision },
): { world: World; whole: World } => {
  const held = heldIn(provision, sharePoint)
  const everything = { check: '', tag: '', parties: [], users: [], ...held }
  const whole = { ...world, ...keyring, slices: { '': everything } }
  const problems = differences(wordsIn(provision), wordsIn(expected(whole)))
  if (problems.length > 0)
    throw new Trouble('usage', {
      place: path,
      problem: problems.join('\n'),
      mend: 'mend the field, or what the target file says of it in cache, profile.through, attach.origins or attach.mocks; then set the target up with what stands in the document',
    })
  const slices = Object.entries(world.slices).flatMap(([id, own]) => {
    const given = sliceHeld(held, own)
    return given ? [[id, given] as const] : []
  })
  return { world: { ...whole, slices: Object.fromEntries(slices) }, whole }
}

/** What stands in a document, by field; its keys are compared elsewhere. */
const wordsIn = ({ inbound: { audience }, ...rest }: CacheProvision): Record<string, string> =>
  Object.fromEntries(leaves({ ...rest, $schema: [], inbound: { audience } }, []))

const leaves = (value: unknown, place: readonly string[]): [string, string][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, one]) => leaves(one, [...place, name]))
    : [[place.join('.'), String(value)]]
