import { single } from '../../../fixtures/world/slice.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { eachKind } from '../sign-in/needs.ts'
import { partiesOf, partiesSignIn, signIn, validSignIn } from '../sign-in/request.ts'

const byPassword = 'urn:oasis:names:tc:SAML:1.0:am:password'

/** Many a user types a password wherever a page asks for one. */
export const typedPasswords: Check = {
  id: 'storage.no-passwords.typed',
  title: 'a user who types the password wherever a page asks for it gives it to the identity provider alone',
  sends:
    'a valid sign-in at each party, one that wants a fresh authentication, one by password, and an invalid one; where a page or a challenge of the target asks for a password, it is typed',
  owes: 'no place at the target where the password could be typed',
  clauses: ['storage.no-passwords'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, ...eachKind }, scope: 'slice' },
  kills: ['broker.asks-for-passwords', 'broker.challenges-when-asked-anew'],
  control: partiesSignIn,
  async run(context) {
    const cases = partiesOf(context).flatMap(({ party, user }) => {
      const valid = validSignIn(context, party)
      const inputs: SignInInput[] = [
        valid,
        { ...valid, freshness: '0' },
        { ...valid, more: [['wauth', byPassword]] },
        { ...valid, realm: 'urn:nobody' },
      ]
      return inputs.map((input) => ({ input, user }))
    })
    await context.each(cases, async ({ input, user }) => {
      const browser = context.browser()
      const { journey } = await signIn(context, input, user, browser)
      if (journey.at(-1)?.to !== 'target') return
      if ((await browser.type(journey, user)) === undefined) return
      throw new Violation('password-typed', {
        expected: 'a password that the identity provider alone gets to see',
        actual: `one that was typed at the target, at ${journey.at(-1)?.request.rawPath.split('?', 1)[0]}`,
      })
    })
  },
}
