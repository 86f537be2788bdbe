import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { LawfulCache, LawfulCacheId } from '../mocks/lawful-caches.ts'
import { lawfulCaches } from '../mocks/lawful-caches.ts'
import { honestCache } from '../mocks/token-cache/policies.ts'
import { cacheChecks } from '../suites/token-cache/index.ts'
import { referenceCache } from '../targets/reference/token-cache.ts'
import type { SuspectCache } from './cache-proving-ground.ts'
import { cacheVerdictsOn } from './cache-proving-ground.ts'
import { notAs } from './judged.ts'
import { shareOf } from './share.ts'

const keyring = await makeKeyring()

/** Opens the reference with something around it. */
const openWith = ({ policies, around }: LawfulCache): NonNullable<SuspectCache['open']> => {
  const { attach } = referenceCache({ ...honestCache, ...policies })
  if (!('open' in attach)) throw new TypeError('the reference token cache is opened in this process')
  return async (provision, io) => {
    const running = await attach.open(provision, io)
    const { origin } = new URL(provision.resources[0]?.api ?? '')
    const askAt = (realm: string, path: string) =>
      io.wire({ method: 'GET', origin, rawPath: `/${realm}${path}`, headers: [['authorization', 'Bearer']] })
    return { ...running, wire: around?.(running.wire, { origin: io.origin, askAt }) ?? running.wire }
  }
}

const ids = Object.keys(lawfulCaches) as LawfulCacheId[]
/** Each meets every check in `npm run prove`, and one in four of them, which take turns, in `npm test`. */
const checksFor = (id: LawfulCacheId) =>
  cacheChecks.filter((_, index) => (index + ids.indexOf(id)) % shareOf(1, 4) === 0)

test.for(ids)('%s is not accused', { timeout: 300_000 }, async (id) => {
  const variant: LawfulCache = lawfulCaches[id]
  const { margin } = variant
  const suspect = { open: openWith(variant), ...(margin !== undefined && { profile: { margin } }) }
  const verdicts = await cacheVerdictsOn(suspect, { keyring, seed: 1, runs: 20, chosen: checksFor(id) })
  const lacking = verdicts.filter(({ status }) => status === 'not-applicable').map(({ check }) => check)
  expect(
    notAs(
      verdicts.filter(({ check }) => !lacking.includes(check)),
      'pass',
    ),
  ).toEqual([])
  expect(lacking.filter((check) => !check.startsWith('cache.expiry-is-absolute.'))).toEqual([])
})
