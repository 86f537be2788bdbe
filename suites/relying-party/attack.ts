import * as fc from 'fast-check'
import type { Genuine, Tampering } from '../../fixtures/tampering/tampering.ts'
import { Violation } from '../../harness/judge/blame.ts'
import type { Identity } from '../../harness/target/relying-party.ts'
import { valuesSaid } from './identity.ts'
import type { Making } from './token.ts'
import { formNames, genuineFor, mustBeNobody, versionsOf } from './token.ts'
import type { PartyContext } from './visit.ts'
import { answer, sentToBroker, usersOf, whoami } from './visit.ts'

/** Whether an identity says anything that the attacker put there and the broker has signed for nobody. */
const isForged = (identity: Identity, { sought, alsoSought }: Genuine): boolean => {
  const wanted = new Set([sought, ...(alsoSought?.values() ?? [])])
  return valuesSaid(identity).some((value) => wanted.has(value))
}

/**
 * Brings a hostile result to the party, in a visit of its own, and judges by who is signed in then. Whom the broker has signed is safe, where
 * the tampering leaves something signed; it is remembered as lenient.
 */
export const attack = async (context: PartyContext, tampering: Tampering, making: Making): Promise<void> => {
  const visit = await sentToBroker(context)
  const genuine = genuineFor(context, making)
  await answer(context, visit, await tampering.make(genuine))
  const identity = await whoami(context, visit.browser)
  if (identity === undefined) return
  if (isForged(identity, genuine)) {
    throw new Violation('forged', {
      expected: `nobody signed in whom the broker has not named: the result ${tampering.does}`,
      actual: `${identity.name} is signed in${identity.name === genuine.sought ? '' : ', with what the attacker says of them'}`,
    })
  }
  if (tampering.owes === 'refusal') return mustBeNobody(identity, `a result that ${tampering.does}`)
  context.note(`lenient, but safe: accepted as signed a result that ${tampering.does}`)
}

/** A claim that makes a token longer. */
const padding = fc
  .integer({ min: 0, max: 6_000 })
  .map((length) => (length === 0 ? [] : [{ type: 'https://claims.test/padding', values: ['x'.repeat(length)] }]))

/**
 * Tries each of them in each version of SAML that the party is registered for, in the form of response that the documents show, and then,
 * `runs` dealt out evenly, in any form, of either user, with tokens of any length.
 */
export const against = async (context: PartyContext, tried: readonly Tampering[], runs: number): Promise<void> => {
  const versions = versionsOf(context)
  const any = fc.record({
    version: fc.constantFrom(...versions),
    form: fc.constantFrom(...formNames),
    user: fc.constantFrom(...usersOf(context)),
    more: padding,
  })
  const examples = tried.flatMap((tampering) => versions.map((version) => ({ id: tampering.id, version })))
  await context.each(examples, async ({ id, version }) => {
    const tampering = tried.find((one) => one.id === id)
    if (tampering) await attack(context, tampering, { version })
  })
  for (const [index, tampering] of tried.entries()) {
    const share = Math.max(Math.sign(runs), Math.floor((runs + index) / tried.length))
    await context.forEvery(tampering.id, any, share, (making) => attack(context, tampering, making))
  }
}
