import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { SignInInput } from '../../../harness/dialects/dialect.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check } from '../../../harness/judge/check.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import { describe } from '../authorize/request.ts'
import { partiesOf, partiesSignIn, responseIn, signIn, validSignIn } from './request.ts'

/** The names under which a reply URL goes upstream. */
const replies = { wsfed: 'wreply', oidc: 'redirect_uri' } as const

/** The identity provider holds the list, and refuses what is not on it. */
export const registeredUpstream: Check = {
  id: 'sign-in.upstream-reply-registered.every-request',
  title: "the reply URL that goes upstream is the broker's registered one, whatever the party asks for",
  sends: "valid sign-ins with the party's wreply, and with parameters beside that carry the names of upstream ones",
  owes: 'no reply URL upstream that is not on the list of the application, and a response at the party',
  clauses: ['sign-in.upstream-reply-registered'],
  applies: ({ upstream }) => (upstream ? undefined : 'dialect.upstream'),
  needs: { capabilities: ['speaks:metadata'], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: ['broker.passes-reply-on', 'broker.passes-reply-on-by-openid'],
  control: partiesSignIn,
  async run(context) {
    const people = partiesOf(context)
    type Case = { at: number; more: SignInInput }
    const attempt = async ({ at, more }: Case) => {
      const [one = people[0]] = people.slice(at)
      if (one === undefined) throw new TypeError('the slice has no party with a user')
      const { party, tenant, user } = one
      const asked = await signIn(context, { ...validSignIn(context, party), ...more }, user)
      const expected = `${context.application.reply} upstream and a response at ${party.reply}`
      for (const { request } of asked.journey.filter(({ to }) => to === 'idp').slice(0, 1)) {
        const sent = valuesOf(queryOf(request.rawPath), replies[tenant.upstream])
        if (sent.every((reply) => reply === context.application.reply)) continue
        throw new Violation('not-registered', { expected, actual: `${sent.join(' and ')} upstream` })
      }
      if (responseIn(asked.outcome) || more.more) return
      throw new Violation('no-response', { expected, actual: describe(asked) })
    }
    await context.each(
      people.flatMap(({ party }, at) => [
        { at, more: {} },
        { at, more: { reply: party.reply } },
      ]),
      attempt,
    )
    const parameters = fc.tuple(
      fc.constantFrom('redirect_uri', 'reply', 'redirectUri', 'response_mode'),
      label.map((text) => `https://${text}-${context.slice.tag}.test/`),
    )
    const cases = fc.record({
      at: fc.nat(people.length - 1),
      more: fc.array(parameters, { minLength: 1, maxLength: 2 }).map((more) => ({ more })),
    })
    await context.forEvery('beside', cases, Math.ceil(context.runs / 10), attempt)
  },
}
