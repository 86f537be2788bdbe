import { describe, expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import type { DegenerateId } from '../mocks/degenerate.ts'
import { degenerateTargets } from '../mocks/degenerate.ts'
import { honest } from '../mocks/broker/policies.ts'
import { honestSignIn } from '../mocks/broker/sign-in-policies.ts'
import type { LawfulVariant, LawfulVariantId } from '../mocks/lawful-variants.ts'
import { lawfulVariants } from '../mocks/lawful-variants.ts'
import type { Wire } from '../protocols/wire.ts'
import { checks, invariants } from '../suites/index.ts'
import { referenceBroker } from '../targets/reference/target.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const variants = (Object.keys(lawfulVariants) as LawfulVariantId[]).flatMap((id) =>
  lawfulVariants[id].under.map((dialect) => ({ id, dialect })),
)
/** The reference broker keeps its paths, whatever dialect it is spoken to in. */
const paths = { authorize: '/authorize/oauth/2/request', callback: '/authorize/oauth/2' }

describe.for(['direct', 'https'] as const)('over the %s wire', (transport) => {
  test.for(variants)('$id under $dialect is not accused', async ({ id, dialect }) => {
    const { policies, signIn, around = (broker: Wire) => broker, advised = [] }: LawfulVariant = lawfulVariants[id]
    const { attach } = referenceBroker({ policies: { ...honest, ...policies }, signIn: { ...honestSignIn, ...signIn } })
    if (!('open' in attach)) throw new TypeError('the reference broker is opened in this process')
    const open: typeof attach.open = async (provision, io) => {
      const running = await attach.open(provision, io)
      const wrap = (node: Wire) => around(node, io.origin)
      return { ...running, wire: wrap(running.wire), nodes: (running.nodes ?? []).map(wrap) }
    }
    const suspect = { open, dialect: { extends: dialect, paths } }
    const verdicts = await verdictsOn(suspect, { keyring, seed: 1, transport, runs: 60 })
    const lacking = (await verdictsOn({ dialect: suspect.dialect }, { keyring, seed: 1, transport: 'direct', runs: 1 }))
      .filter(({ status }) => status === 'not-applicable')
      .map(({ check }) => check)
    const owed = (check: string) =>
      lacking.includes(check) ? 'not-applicable' : advised.includes(check) ? 'advice' : 'pass'
    const gradeOf = (verdict: (typeof verdicts)[number]) => (verdict.status === 'fail' ? verdict.grade : verdict.status)
    expect(verdicts.filter((verdict) => gradeOf(verdict) !== owed(verdict.check))).toEqual([])
    const ofFlow = (check: string) => check.startsWith('authorize.')
    expect(lacking.filter(ofFlow).length).toBeLessThan(checks.map((one) => one.id).filter(ofFlow).length / 3)
  })

  test.for(Object.keys(degenerateTargets) as DegenerateId[])(
    '%s never passes a check, and never makes us hang',
    async (id) => {
      const open = (provision: Parameters<typeof makeBroker>[0], io: Parameters<typeof makeBroker>[1]) => {
        const wrap: (honest: Wire) => Wire = degenerateTargets[id]
        const wire = wrap(makeBroker(provision, io))
        return { wire, nodes: [wire, wire] }
      }
      const suspect = { open, requestMs: 100 }
      const verdicts = await verdictsOn(suspect, { keyring, seed: 1, transport, checkMs: 2_000 })
      const judged = verdicts.filter(({ check }) => !invariants.some((invariant) => invariant.id === check))
      expect(judged.map(({ check, status }) => [check, status])).toEqual(
        judged.map(({ check }) => [check, 'inconclusive']),
      )
    },
  )
})
