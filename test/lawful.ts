import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import type { Check } from '../harness/judge/check.ts'
import { appOnlyForm } from '../mocks/broker/app-only.ts'
import type { Decisions, Records } from '../mocks/decisions.ts'
import { honestRecords } from '../mocks/decisions.ts'
import { degenerateTargets } from '../mocks/degenerate.ts'
import type { LawfulVariant, LawfulVariantId } from '../mocks/lawful-variants.ts'
import { lawfulVariants } from '../mocks/lawful-variants.ts'
import type { Wire } from '../protocols/wire.ts'
import { brokerChecks as checks } from '../suites/index.ts'
import { referenceBroker } from '../targets/reference/target.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'
import { shareOf } from './share.ts'
import { checksOf, sidesIn } from './sides.ts'

const keyring = await makeKeyring()
const variants = (Object.keys(lawfulVariants) as LawfulVariantId[]).flatMap((id) =>
  lawfulVariants[id].under.map((dialect) => ({ id, dialect })),
)
/** The reference broker keeps its paths, whatever dialect it is spoken to in. */
const paths = {
  authorize: '/authorize/oauth/2/request',
  callback: '/authorize/oauth/2',
  metadata: '/federationmetadata/2007-06/federationmetadata.xml',
}

/** So does its form of a request for an app-only token. */
const dialectOf = (dialect: LawfulVariant['under'][number]) => ({ extends: dialect, paths, appOnly: appOnlyForm })

/** The decisions of the reference broker with what a variant does its own way. */
const decisionsOf = (variant: LawfulVariant): Decisions =>
  Object.fromEntries(
    (Object.keys(honestRecords) as (keyof Records)[]).map((name) => [
      name,
      { ...honestRecords[name], ...variant[name] },
    ]),
  )

const blank: Suspect['open'] = () => ({
  wire: degenerateTargets['blank-200'],
  nodes: [degenerateTargets['blank-200'], degenerateTargets['blank-200']],
})

type Handled = NonNullable<Suspect['handles']>

/**
 * The checks that do not apply to the reference broker in a dialect, when it declares no trigger for some rows: what a target
 * answers has no part in that, and one that answers nothing is asked least.
 */
const notApplicable = new Map<string, Promise<string[]>>()
const notApplicableUnder = (dialect: LawfulVariant['under'][number], handles: Handled) => {
  const key = [dialect, ...handles].join(' ')
  const known =
    notApplicable.get(key) ??
    verdictsOn({ open: blank, dialect: dialectOf(dialect), handles }, { keyring, seed: 1, runs: 1 }).then((verdicts) =>
      verdicts.filter(({ status }) => status === 'not-applicable').map(({ check }) => check),
    )
  notApplicable.set(key, known)
  return known
}

const declared = (claims: NonNullable<LawfulVariant['claims']>) =>
  Object.fromEntries(Object.entries(claims).map(([type, from]) => [type, [...from]]))

/** Of the checks that a variant meets all in `npm run prove`; one in three, which take turns, and these in `npm test`. */
const share = (meeting: readonly Check[], from: number, these: readonly string[]) =>
  meeting.filter(({ id }, index) => these.includes(id) || index % shareOf(1, 3) === from % shareOf(1, 3))

/**
 * Holds lawful variants against the checks, each property with so many cases: one in so many of them, beginning with the first or
 * another. Several files do it, side by side.
 */
export const acquitVariants = (
  transport: Transport,
  { runs, oneIn, first = 0 }: { runs: number; oneIn: number; first?: number },
): void => {
  const tried = variants.filter((_, index) => index % oneIn === first)
  test.for(tried)('$id under $dialect is not accused', async ({ id, dialect }) => {
    const variant: LawfulVariant = lawfulVariants[id]
    const { claims, around, advised = [], undecided = [], declares, handles = [] } = variant
    const { attach } = referenceBroker(decisionsOf(variant))
    if (!('open' in attach)) throw new TypeError('the reference broker is opened in this process')
    const open: typeof attach.open = async (provision, io) => {
      const running = await attach.open(provision, io)
      const wrap = (node: Wire) => around?.(node, io.origin) ?? node
      return { ...running, wire: wrap(running.wire), nodes: (running.nodes ?? []).map(wrap) }
    }
    const { concerns } = variant
    const [side, ...otherSides] = concerns ? [concerns] : around ? [] : sidesIn(variant)
    const oneSide = side !== undefined && otherSides.length === 0 && dialect === 'k2trust'
    const from = variants.findIndex((one) => one.id === id)
    const chosen = share(oneSide ? checksOf(side) : checks, from, [...advised, ...undecided])
    const trial = { keyring, seed: 1, transport, runs, chosen }
    const profile = { ...(declares && { errorTable: [...declares] }), ...(claims && { claims: declared(claims) }) }
    const suspect = { open, dialect: dialectOf(dialect), handles, profile }
    const verdicts = await verdictsOn(suspect, trial)
    const lacking = await notApplicableUnder(dialect, handles)
    const owed = (check: string) =>
      lacking.includes(check)
        ? 'not-applicable'
        : undecided.includes(check)
          ? 'inconclusive'
          : advised.includes(check)
            ? 'advice'
            : 'pass'
    const gradeOf = (verdict: (typeof verdicts)[number]) => (verdict.status === 'fail' ? verdict.grade : verdict.status)
    expect(verdicts.filter((verdict) => gradeOf(verdict) !== owed(verdict.check))).toEqual([])
    const ofFlow = (check: string) =>
      dialect === 'wsfed' ? !/^(authorize|app-only)\./.test(check) : check.startsWith('authorize.')
    expect(lacking.filter(ofFlow).length).toBeLessThan(checks.map((one) => one.id).filter(ofFlow).length / 3)
  })
}
