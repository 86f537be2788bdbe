import type { KeyObject } from 'node:crypto'
import { single } from '../../../fixtures/world/slice.ts'
import type { Browser } from '../../../harness/agent/browser.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import { makeReceiver } from '../../../mocks/relying-party/receive.ts'
import type { Asked } from '../authorize/request.ts'
import type { People } from './request.ts'
import { metadataOf, partiesOf, partiesSignIn, responseIn, seenBy, signIn, trustOf, validSignIn } from './request.ts'

/** Which of some keys have signed what came to a party. */
const signersOf = ({ party }: People, trust: PartyTrust, { outcome }: Asked): KeyObject[] => {
  const response = responseIn(outcome)
  if (response === undefined) return []
  const { action, fields } = response
  return trust.keys.filter((key) => makeReceiver(party, { ...trust, keys: [key] })(action, fields).is === 'session')
}

const signInAt = (context: Context, { party, user }: People, browser?: Browser) =>
  signIn(context, validSignIn(context, party), user, browser)

/**
 * A replaced key is told by the metadata. The withdrawn certificate may stay published, and the new one may have been published
 * before: what counts is which key signs, and that it is a published one.
 */
export const rollsOver: Check = {
  id: 'metadata.rollover.rotated-key',
  title:
    'after its signing key is replaced, tokens verify with a published certificate, and the withdrawn key signs none',
  sends:
    'a valid sign-in at each party; then the order to replace the signing key, once and twice; then sign-ins in the same browsers and in new ones',
  owes: 'tokens that verify with the metadata as it is published then, and not with the key that signed before',
  clauses: ['metadata.rollover'],
  needs: { capabilities: [], shape: { ...single, tenants: 2, partiesPerTenant: 2 }, scope: 'exclusive' },
  kills: ['broker.signs-with-withdrawn-key', 'broker.lags-behind-rotation', 'broker.publishes-first-certificate'],
  control: partiesSignIn,
  async run(context) {
    await context.each([1, 2], async (rotations) => {
      const before = trustOf(context, await metadataOf(context))
      const visits = []
      for (const people of partiesOf(context)) {
        const browser = context.browser()
        const asked = await signInAt(context, people, browser)
        seenBy(people.party, before, asked)
        visits.push({ people, browser, withdrawn: { ...before, keys: signersOf(people, before, asked) } })
      }
      for (let count = 0; count < rotations; count += 1) await context.rotateKey()

      const after = trustOf(context, await metadataOf(context))
      for (const { people, browser, withdrawn } of visits) {
        for (const again of [browser, context.browser()]) {
          const asked = await signInAt(context, people, again)
          seenBy(people.party, after, asked, ['unsigned', 'foreign-key', 'altered'])
          if (signersOf(people, withdrawn, asked).length === 0) continue
          throw new Violation('withdrawn-key', {
            expected: 'a token that is signed with another key than before its replacement',
            actual: 'one that the withdrawn key has signed',
          })
        }
      }
    })
  },
}
