import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Browser } from '../../../harness/agent/browser.ts'
import { nextOf, paramsOf } from '../../../harness/agent/next.ts'
import { post } from '../../../harness/dialects/authorize.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { encodeForm, queryOf, valuesOf } from '../../../protocols/form.ts'
import { textOf } from '../../../protocols/wire.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import type { Asked } from '../authorize/request.ts'
import { describe, wentUpstream } from '../authorize/request.ts'
import { notLetIn } from './elsewhere.ts'
import type { People } from './request.ts'
import { metadataOf, names, partiesOf, partiesSignIn, partiesSignInOver, responseIn, seenBy, signIn, signInBy, speaks, trustOf, validSignIn } from './request.ts' // prettier-ignore

const shape = { ...single, tenants: 2 }
const applies: Check['applies'] = ({ upstream }) => (upstream ? undefined : 'dialect.upstream')
const consented = ({ journey }: Asked): boolean =>
  journey.some(({ to, request }) => to === 'idp' && request.method === 'POST' && request.rawPath.endsWith('/consent'))

/** A consent that was asked for ends as every sign-in does. */
const completes = (trust: PartyTrust, { party, user }: People, asked: Asked) => {
  const expected = `${user.name}, after the consent page, at ${party.realm}`
  if (!responseIn(asked.outcome)) throw new Violation('no-response', { expected, actual: describe(asked) })
  if (!names(seenBy(party, trust, asked).assertion, user)) {
    throw new Violation('another-user', { expected, actual: 'somebody else' })
  }
  if (!consented(asked)) throw new Inconclusive('undelivered', `${user.name} was asked for no consent`)
}

/** Over WS-Federation nobody is asked: without the application there is no sign-in. */
export const notInstalled: Check = {
  id: 'sign-in.app-not-installed.no-token',
  title: "where the tenant lacks the broker's application, a sign-in over WS-Federation fails",
  sends:
    'a valid sign-in at each party over WS-Federation whose tenant lacks the application, and whose tenant would ask for consent over OpenID Connect',
  owes: 'no response for the party; the identity provider or the broker shows the error',
  clauses: ['sign-in.app-not-installed'],
  applies,
  needs: { capabilities: ['wsfed-upstream', 'speaks:metadata'], shape, scope: 'slice' },
  kills: ['broker.speaks-openid-only'],
  control: (context) => partiesSignInOver(context, 'wsfed'),
  async run(context) {
    const modes = ['idp.lacks-application', 'idp.awaits-consent'] as const
    const cases = partiesOf(context, 'wsfed').flatMap((people) => modes.map((mode) => ({ people, mode })))
    await context.each(cases, async ({ people: { party, tenant, user }, mode }) => {
      context.hostile(mode)
      const asked = await signIn(context, validSignIn(context, party), user)
      notLetIn(asked, `${tenant.name} has not installed the application`, 'sign-in.app-not-installed')
    })
  },
}

/** Over OpenID Connect the user is asked. */
export const consentPrompt: Check = {
  id: 'sign-in.consent-prompt.completes',
  title: 'over OpenID Connect a user is asked to consent, and the sign-in then completes',
  sends:
    'a valid sign-in at each party over OpenID Connect whose tenant has the application only once the user consents',
  owes: 'a response for that user, after the consent page of the identity provider',
  clauses: ['sign-in.consent-prompt'],
  applies,
  needs: { capabilities: ['oidc', 'speaks:metadata'], shape, scope: 'slice' },
  kills: ['broker.speaks-federation-only'],
  control: (context) => partiesSignInOver(context, 'oidc'),
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    context.hostile('idp.awaits-consent')
    await context.each(partiesOf(context, 'oidc'), async (people) => {
      completes(trust, people, await signIn(context, validSignIn(context, people.party), people.user))
    })
  },
}

/** Permissions change, and the user is asked again. */
export const askedAgain: Check = {
  id: 'sign-in.reconsent.completes',
  title: 'a user who has consented before is asked again, and the sign-in still completes',
  sends:
    'sign-ins over OpenID Connect whose user is asked to consent each time: with a fresh authentication in the same browser, and in another one',
  owes: 'a response for that user each time',
  clauses: ['sign-in.reconsent'],
  applies,
  needs: { capabilities: ['oidc', 'speaks:metadata'], shape, scope: 'slice' },
  kills: ['broker.asks-silently-in-known-browsers'],
  control: (context) => partiesSignInOver(context, 'oidc'),
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    context.hostile('idp.awaits-consent')
    await context.each(partiesOf(context, 'oidc'), async (people) => {
      const { party, user } = people
      const valid = validSignIn(context, party)
      const browser = context.browser()
      completes(trust, people, await signIn(context, valid, user, browser))
      const again = await signIn(context, { ...valid, freshness: '0' }, user, browser)
      if (wentUpstream(again)) completes(trust, people, again)
      completes(trust, people, await signIn(context, valid, user))
    })
  },
}

const lack = 'AADSTS90094: Calling principal cannot consent due to lack of permissions.'
const told = ({ journey }: Asked): boolean =>
  journey.some((hop) => {
    if (hop.to !== 'idp' || hop.response === undefined) return false
    const next = nextOf(hop)
    const params = next.is === 'redirect' ? paramsOf(next.to) : []
    return textOf(hop.response).includes(lack) || params.some(([, value]) => value.includes(lack))
  })

/** A browser in which the user has signed in before. */
const knownBrowser = async (context: Context, trust: PartyTrust, { party, user }: People): Promise<Browser> => {
  context.hostile()
  const browser = context.browser()
  seenBy(party, trust, await signIn(context, validSignIn(context, party), user, browser))
  return browser
}

/** A consent that the user cannot give. */
export const adminConsent: Check = {
  id: 'sign-in.admin-consent.no-token',
  title: 'a user who meets a consent that only an administrator can give receives no token',
  sends:
    'sign-ins whose user lacks the permission to consent: told by a page of the identity provider, and by an error that comes back, also where the user has signed in before',
  owes: 'no response for the party; the identity provider or the broker shows the error',
  clauses: ['sign-in.admin-consent'],
  applies,
  needs: { capabilities: ['speaks:metadata'], shape, scope: 'slice' },
  kills: ['broker.serves-refused-from-session', 'broker.serves-unknown-refusals-from-session'],
  control: partiesSignIn,
  async run(context) {
    const trust = trustOf(context, await metadataOf(context))
    const refused = (asked: Asked) =>
      notLetIn(asked, 'the user lacks the permission to consent', 'sign-in.admin-consent')
    const modes = ['idp.wants-administrator', 'idp.sends-back-without-consent'] as const
    const cases = partiesOf(context).flatMap((people) =>
      modes.flatMap((mode) => [true, false].map((fresh) => ({ people, mode, fresh }))),
    )
    await context.each(cases, async ({ people, mode, fresh }) => {
      const { party, user } = people
      const browser = fresh ? context.browser() : await knownBrowser(context, trust, people)
      context.hostile(mode)
      const input = { ...validSignIn(context, party), ...(!fresh && { freshness: '0' }) }
      const asked = await signIn(context, input, user, browser)
      if (!fresh && !wentUpstream(asked)) return
      refused(asked)
      if (!told(asked)) throw new Inconclusive('undelivered', `${user.name} met no consent: ${describe(asked)}`)
    })

    const errors = fc.oneof(
      fc.constantFrom('access_denied', 'consent_required', 'interaction_required', 'unauthorized_client'),
      label.map((text) => `${text}_required`),
    )
    const openid = partiesOf(context, 'oidc')
    await context.forEvery('errors', errors, openid.length === 0 ? 0 : Math.ceil(context.runs / 10), async (error) => {
      const [people] = openid
      if (people === undefined) return
      const browser = await knownBrowser(context, trust, people)
      const input = { ...validSignIn(context, people.party), freshness: '0' }
      const journey = await browser.go(speaks(context, 'signIn').request(input, context.at), undefined, 'idp')
      const last = journey.at(-1)
      const next = last && nextOf(last)
      const [state] = next?.is === 'redirect' ? valuesOf(queryOf(next.to), 'state') : []
      if (state === undefined) return
      const { origin, pathname, search } = new URL(context.application.reply)
      const answer = encodeForm([['error', error], ['error_description', lack], ['state', state]]) // prettier-ignore
      refused(signInBy(context, [...journey, ...(await browser.go(post(origin, pathname + search, answer)))]))
    })
  },
}
