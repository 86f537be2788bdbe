import type { Genuine } from '../../fixtures/tampering/tampering.ts'
import { resultOf, signed } from '../../fixtures/tampering/tampering.ts'
import type { User } from '../../fixtures/world/shapes.ts'
import type { Journey } from '../../harness/agent/browser.ts'
import { Inconclusive, Violation } from '../../harness/judge/blame.ts'
import type { Identity } from '../../harness/target/relying-party.ts'
import type { Wanted } from '../../mocks/issuer/assertion.ts'
import { assertionFor, responseFor } from '../../mocks/issuer/assertion.ts'
import type { SamlVersion } from '../../protocols/saml/assertion.ts'
import type { TokenResponse } from '../../protocols/ws-trust/response.ts'
import type { PartyContext, Visit, Which } from './visit.ts'
import { answer, sentToBroker, tell, usersOf, visit, whoami } from './visit.ts'

/** The forms in which a token response comes. */
export const responseForms = {
  '2005/02': { dialect: '2005/02', collection: false },
  '1.3': { dialect: '1.3', collection: false },
  collection: { dialect: '1.3', collection: true },
} as const satisfies Record<string, Pick<TokenResponse, 'dialect' | 'collection'>>
export type ResponseForm = keyof typeof responseForms
export const formNames = Object.keys(responseForms) as ResponseForm[]

/** How a token is to be made; absent: the version that the party is registered for first, in the form that the documents show. */
export type Making = Partial<Omit<Wanted, 'audience'>> & { form?: ResponseForm; user?: User; which?: Which }

/** The versions of SAML that the party is registered for. */
export const versionsOf = ({ profile }: PartyContext): readonly SamlVersion[] => profile.tokenVersions

/** What the broker would say of a user to the party, with all that a hostile answer is made of. */
export const genuineFor = (
  context: PartyContext,
  { user = usersOf(context)[0], form = '2005/02', which = 'first', version, more }: Making = {},
): Genuine => {
  const { broker, registered } = context
  const audience = registered[which === 'first' ? 0 : 1]?.realm ?? ''
  const assertion = assertionFor(broker, user, {
    audience,
    version: version ?? versionsOf(context)[0] ?? '2.0',
    ...(more && { more }),
  })
  const domain = user.name.slice(user.name.indexOf('@'))
  return {
    assertion,
    response: { ...responseFor(assertion), ...responseForms[form] },
    issuer: broker.signer,
    stranger: broker.stranger,
    sought: `administrator.${context.slice.tag}${domain}`,
    alsoSought: new Map([[user.objectId, `administrator-${context.slice.tag}`]]),
  }
}

/** A browser in which a user was signed in. */
export type SignedIn = { visit: Visit; genuine: Genuine; journey: Journey; identity: Identity | undefined }

/** Signs a user in by a genuine token, and asks who is signed in then. */
export const signIn = async (
  context: PartyContext,
  making: Making = {},
  begun?: Visit,
  change: (genuine: Genuine) => Genuine = (genuine) => genuine,
): Promise<SignedIn> => {
  const which = making.which ?? 'first'
  const made = begun ?? (await sentToBroker(context, { which }))
  const genuine = change(genuineFor(context, making))
  const journey = await answer(context, made, resultOf(genuine, await signed(genuine)))
  return { visit: made, genuine, journey, identity: await whoami(context, made.browser, { which }) }
}

/** Signs a user in, as any control does. */
export const signsIn = async (context: PartyContext, making: Making = {}, begun?: Visit): Promise<SignedIn> => {
  const made = await signIn(context, making, begun)
  const { name } = making.user ?? usersOf(context)[0]
  if (made.identity?.name === name) return made
  throw new Inconclusive(
    'unreadable',
    `a valid token signs nobody in, or somebody else: ${made.identity?.name ?? 'nobody'} (${tell(made)})`,
  )
}

/** The control of a check that asks as whom: somebody is signed in, whoever it is said to be. */
export const somebodySignsIn = async (context: PartyContext): Promise<void> => {
  const made = await signIn(context)
  if (made.identity === undefined) throw new Inconclusive('unreadable', `a valid token signs nobody in (${tell(made)})`)
}

/** The control of a check that asks of which version: one of them signs the user in. */
export const oneVersionSignsIn = async (context: PartyContext): Promise<void> => {
  const tried: string[] = []
  for (const version of versionsOf(context)) {
    const { identity, journey } = await signIn(context, { version })
    if (identity?.name === usersOf(context)[0].name) return
    tried.push(tell({ journey }))
  }
  throw new Inconclusive('unreadable', `valid tokens of no version sign anybody in (${tried.join('; ')})`)
}

/** The control of a check that asks whether visitors are sent to the broker at all: a valid result signs in, asked for or not. */
export const resultSignsIn = async (context: PartyContext): Promise<void> => {
  const { identity } = await signIn(context, {}, await visit(context))
  if (identity?.name !== usersOf(context)[0].name)
    throw new Inconclusive('unreadable', 'a valid result signs nobody in, or somebody else')
}

/** The control of most checks: both users sign in, each in a browser of their own. */
export const bothSignIn = async (context: PartyContext): Promise<void> => {
  for (const user of usersOf(context)) await signsIn(context, { user })
}

/** Accuses a party of a session that a token must not have given. */
export const mustBeNobody = (identity: Identity | undefined, what: string): void => {
  if (identity === undefined) return
  throw new Violation('session', { expected: `no session out of ${what}`, actual: `${identity.name} is signed in` })
}
