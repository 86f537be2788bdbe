import { flipCase, replaceOne } from '../../../fixtures/near-miss/kind.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { needing } from './needs.ts'
import { metadataOf, partiesSignIn, peopleOf, responseIn, seenBy, signIn, trustOf, validSignIn } from './request.ts'
import { hasOneAudience } from './token.ts'

/** Realms that may be taken for the registered one: whether they are is the target's own reading of "match". */
export const otherSpelling: Check = {
  id: 'sign-in.unknown-realm.other-spelling',
  title: 'a registered realm in another spelling buys at most the token of its party',
  sends: 'sign-in requests whose wtrealm is a registered one in another case, or with a slash more or less at its end',
  owes: 'a refusal, or the token for the registered realm at the registered URL; none for the realm as it was spelled',
  clauses: ['sign-in.unknown-realm', 'sign-in.audience'],
  needs: needing(),
  kills: ['broker.issues-for-realm-as-spelled'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const { party, user } = peopleOf(context)
    const attempt = async (realm: string) => {
      const asked = await signIn(context, { ...validSignIn(context, party), realm }, user)
      if (!responseIn(asked.outcome)) return
      hasOneAudience(party, seenBy(party, trust, asked, ['not-here', 'no-audience', 'wrong-audience']))
    }
    const slash = party.realm.endsWith('/') ? party.realm.slice(0, -1) : `${party.realm}/`
    await context.each([slash, `${party.realm}/`], attempt)
    await context.forEvery('case', replaceOne(party.realm, flipCase), Math.ceil(context.runs / 5), attempt)
  },
}
