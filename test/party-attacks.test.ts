import { describe, expect, test } from 'vitest'
import type { Tampering } from '../fixtures/tampering/tampering.ts'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { Check } from '../harness/judge/check.ts'
import type { FaultId } from '../mocks/faults/catalogue.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { attack } from '../suites/relying-party/attack.ts'
import { partyRejects } from '../suites/relying-party/rejections.ts'
import { versionsOf } from '../suites/relying-party/token.ts'
import { partyVerdictsOn } from './party-proving-ground.ts'

const keyring = await makeKeyring()
const seed = 1

/** What forges nothing cannot be believed wrongly: whoever takes it is told as lenient. */
const harmless = [
  'markup.harmless-dtd',
  'reference.absent',
  'reference.to-the-document',
  'reference.two',
  'reference.xpointer',
  'transforms.reordered',
  'transforms.repeated',
]

/** The check, with one hostile result alone. */
const alone = (check: Check<'relying-party'>, tampering: Tampering): Check<'relying-party'> => ({
  ...check,
  run: (context) =>
    context.each(
      versionsOf(context).flatMap((version) =>
        (['2005/02', '1.3', 'collection'] as const).map((form) => ({ version, form })),
      ),
      (making) => attack(context, tampering, making),
    ),
})

const statusOn = async (fault: FaultId | undefined, check: Check<'relying-party'>) => {
  const policies = fault && faulty(fault).party
  const [verdict] = await partyVerdictsOn({ ...(policies && { policies }) }, { keyring, seed, chosen: [check] })
  return verdict?.status
}

const brought = partyRejects.flatMap((check) =>
  check.tried.map((tampering) => ({ check, tampering, id: tampering.id })),
)

describe('each hostile result of the checks', () => {
  test.for(brought)(
    '$id is believed by nobody honest, and by a party with a fault that its check claims',
    async ({ check, tampering }) => {
      const one = alone(check, tampering)
      expect(await statusOn(undefined, one)).toBe('pass')
      const isRed = async () => {
        for (const fault of check.kills) if ((await statusOn(fault, one)) === 'fail') return true
        return false
      }
      expect(await isRed()).toBe(!harmless.includes(tampering.id))
    },
  )
})

test('each attack of a check is among its results, and each but for the harmless ones is in one that can be believed', () => {
  const shown = brought.filter(({ id }) => !harmless.includes(id)).flatMap(({ tampering }) => tampering.attacks)
  const claimed = new Set(partyRejects.flatMap(({ attacks = [] }) => attacks))
  expect([...claimed].filter((id) => !shown.includes(id))).toEqual(['XPD-09', 'XPD-16'])
  const wrapping = Array.from({ length: 13 }, (_, index) => `XSW-${String(index + 9).padStart(2, '0')}`)
  const differential = Array.from({ length: 7 }, (_, index) => `XPD-0${index + 1}`)
  expect([...wrapping, ...differential].filter((id) => !shown.includes(id))).toEqual([])
})
