import { single } from '../../../fixtures/world/slice.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import { get } from '../../../harness/dialects/authorize.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { encodeForm, queryOf, valuesOf } from '../../../protocols/form.ts'
import { signInQuery } from '../../../protocols/ws-federation/request.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import type { People } from './request.ts'
import { metadataOf, names, partiesOf, partiesSignIn, responseIn, seenBy, signIn, signInBy, speaks, trustOf, validSignIn } from './request.ts' // prettier-ignore

const needs = { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' } as const
const applies: Check['applies'] = ({ upstream }) => (upstream ? undefined : 'dialect.upstream')

/** How a user proved who they are is the directory's affair. */
export const federatedUser: Check = {
  id: 'sign-in.federated-user.through-directory',
  title: 'a user who proves who they are to the directory through AD FS signs in like any other',
  sends: 'a valid sign-in at each party while its tenant sends its users to AD FS',
  owes: 'a response for that user; the token that comes upstream is of the directory, and says that AD FS knew the user',
  clauses: ['sign-in.federated-user'],
  applies,
  needs,
  kills: ['broker.wants-passwords-at-directory', 'broker.wants-passwords-in-id-tokens'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    context.hostile('idp.federates-sign-in')
    await context.each(partiesOf(context), async ({ party, user }) => {
      const asked = await signIn(context, validSignIn(context, party), user)
      const expected = `${user.name}, whom AD FS knows, at ${party.realm}`
      if (!asked.journey.some(({ to, request }) => to === 'idp' && request.rawPath.startsWith('/adfs/'))) {
        throw new Inconclusive('undelivered', `the user never came to AD FS: ${describe(asked)}`)
      }
      if (!responseIn(asked.outcome)) throw new Violation('no-response', { expected, actual: describe(asked) })
      if (names(seenBy(party, trust, asked).assertion, user)) return
      throw new Violation('another-user', { expected, actual: 'somebody else' })
    })
  },
}

/** Begins a sign-in, and answers it from AD FS instead of the directory. */
const answerFromFarm = async (context: Context, { party, user }: People): Promise<Asked> => {
  const browser = context.browser()
  const request = speaks(context, 'signIn').request(validSignIn(context, party), context.at)
  const begun = await browser.go(request, undefined, 'idp')
  const last = begun.at(-1)
  const next = last && nextOf(last)
  const query = next?.is === 'redirect' ? queryOf(next.to) : []
  const [state] = [...valuesOf(query, 'wctx'), ...valuesOf(query, 'state')]
  if (state === undefined) throw new Inconclusive('undelivered', 'the request upstream has neither wctx nor state')
  const asking = signInQuery({ realm: context.application.realm, reply: context.application.reply, context: state })
  const journey = await browser.go(get(context.at.idp, `/adfs/ls/?${encodeForm(asking)}`), user)
  if (!journey.some(({ to }) => to === 'target')) {
    throw new Inconclusive('undelivered', 'the answer of AD FS never came to the target')
  }
  return signInBy(context, [...begun, ...journey])
}

/** The directory, and nobody else. */
export const directoryOnly: Check = {
  id: 'sign-in.directory-only.other-store',
  title: 'a token that AD FS sends straight to the broker signs nobody in',
  sends:
    "a sign-in at each party, answered by AD FS under its own name and key, with the state of the request and the user's right name",
  owes: 'no response for the party',
  clauses: ['sign-in.directory-only'],
  applies,
  needs,
  kills: ['broker.asks-farms-for-their-keys', 'broker.believes-farms'],
  control: partiesSignIn,
  run: (context) =>
    context.each(partiesOf(context), async (people) => {
      const asked = await answerFromFarm(context, people)
      if (!responseIn(asked.outcome)) return
      throw new Violation('let-in', { expected: `no response for a token of AD FS`, actual: describe(asked) })
    }),
}
