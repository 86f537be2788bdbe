import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { LawfulParty, LawfulPartyId } from '../mocks/lawful-party.ts'
import { lawfulParties } from '../mocks/lawful-party.ts'
import { honestParty } from '../mocks/relying-party/policies.ts'
import { referenceParty } from '../targets/reference/relying-party.ts'
import { partyChecks } from '../suites/relying-party/index.ts'
import { partyVerdictsOn } from './party-proving-ground.ts'
import { shareOf } from './share.ts'

const keyring = await makeKeyring()
const ids = Object.keys(lawfulParties) as LawfulPartyId[]
/** Each meets every check in `npm run prove`, and one in four of them, which take turns, in `npm test`. */
const checksFor = (id: LawfulPartyId) =>
  partyChecks.filter((_, index) => (index + ids.indexOf(id)) % shareOf(1, 4) === 0)

test.for(ids)('%s is not accused', { timeout: 120_000 }, async (id) => {
  const { policies, around = (wire) => wire, advised = [] }: LawfulParty = lawfulParties[id]
  const { attach } = referenceParty({ ...honestParty, ...policies?.() })
  if (!('open' in attach)) throw new TypeError('the reference party is opened in this process')
  const open: typeof attach.open = async (provision, io) => {
    const running = await attach.open(provision, io)
    return { ...running, wire: around(running.wire) }
  }
  const verdicts = await partyVerdictsOn(
    { file: { attach: { open } } },
    { keyring, seed: 1, runs: 5, chosen: checksFor(id) },
  )
  const graded = verdicts.map((verdict) =>
    verdict.status === 'fail' ? { ...verdict, status: verdict.grade } : verdict,
  )
  const owed = (check: string) => (advised.includes(check) ? 'advice' : 'pass')
  expect(graded.filter(({ check, status }) => status !== owed(check))).toEqual([])
})
