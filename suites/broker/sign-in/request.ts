import type { KeyObject } from 'node:crypto'
import type { Party, Tenant, Upstream, User } from '../../../fixtures/world/shapes.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import type { Outcome, SignInInput } from '../../../harness/dialects/dialect.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Context } from '../../../harness/judge/check.ts'
import type { PartyTrust, Received } from '../../../mocks/relying-party/receive.ts'
import { honestParty } from '../../../mocks/relying-party/policies.ts'
import { makeReceiver } from '../../../mocks/relying-party/receive.ts'
import { valuesOf } from '../../../protocols/form.ts'
import { readMetadata } from '../../../protocols/metadata/read-metadata.ts'
import type { Metadata } from '../../../protocols/metadata/metadata.ts'
import type { Assertion } from '../../../protocols/saml/assertion.ts'
import { publicKeyOf } from '../../../protocols/signature/certificate.ts'
import { readResult } from '../../../protocols/ws-federation/result.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'

/** A party of the slice with its tenant and a user of that tenant. */
export type People = { party: Party; tenant: Tenant; user: User }

/** Every party of the slice, each with its tenant and the first user of it; those over one kind of upstream, if told. */
export const partiesOf = ({ slice: { parties, tenants, users } }: Context, over?: Upstream): People[] =>
  parties.flatMap((party) => {
    const tenant = tenants.find(({ id }) => id === party.tenant)
    const user = users.find((one) => one.tenant === party.tenant)
    return tenant && user && tenant.upstream === (over ?? tenant.upstream) ? [{ party, tenant, user }] : []
  })

/** The first of them, for checks that need one. */
export const peopleOf = (context: Context): People => {
  const [first] = partiesOf(context)
  if (first === undefined) throw new TypeError('the slice has no party with a user')
  return first
}

/** The known-good request of a party. */
export const validSignIn = ({ slice }: Context, { realm }: Party): SignInInput => ({
  realm,
  context: `context-${slice.tag}`,
})

type Driven = 'signIn' | 'signOut' | 'issue' | 'metadata'

/** An operation that the dialect speaks; a check says by its clause that it needs it. */
export const speaks = <Name extends Driven>({ dialect }: Context, name: Name) => {
  const operation = dialect[name]
  if (operation === null || operation === 'undriven') throw new TypeError(`the dialect does not speak ${name}`)
  return operation as Exclude<Context['dialect'][Name], null | 'undriven'>
}

/** What an operation made of a journey that is over. */
export const signInBy = (context: Context, journey: Journey): Asked => ({
  journey,
  outcome: speaks(context, 'signIn').read(journey),
})

/** Opens a sign-in request in a browser, a fresh one unless told, signs in where asked, and follows it to its end. */
export const signIn = async (
  context: Context,
  input: SignInInput,
  user: User,
  browser: Browser = context.browser(),
): Promise<Asked> => signInBy(context, await browser.go(speaks(context, 'signIn').request(input, context.at), user))

/** The federation metadata of the target, read without trust: it is the root of all trust in it. */
export const metadataOf = async (context: Context): Promise<Metadata> => {
  const { request, read } = speaks(context, 'metadata')
  const outcome = read(await context.browser().go(request({}, context.at)))
  const text = outcome.is === 'document' ? outcome.text : undefined
  const found = text === undefined ? undefined : readMetadata(text)
  if (found?.is === 'metadata') return found.metadata
  throw new Inconclusive('unreadable', `the federation metadata cannot be read: ${found?.detail ?? outcome.is}`)
}

/** What a party trusts that was set up from metadata and nothing else. SHA-1 is a question of its own. */
export const trustOf = (context: Context, { entityId, securityTokenService }: Metadata): PartyTrust => {
  const { certificates = [] } = securityTokenService ?? {}
  const keys = certificates.flatMap((certificate) => keyIn(certificate) ?? [])
  if (keys.length === 0 && certificates.length > 0) {
    throw new Inconclusive('unreadable', 'no certificate in the federation metadata can be read')
  }
  return { keys, issuer: entityId, clock: context.clock, skew: context.profile.skew, sha1: true }
}

/** The key in a certificate; `undefined` when it is none. */
export const keyIn = (certificate: string): KeyObject | undefined => {
  try {
    return publicKeyOf(certificate)
  } catch {
    return undefined
  }
}

/** The form that took a result to a party, if that is where a journey ended. */
export const responseIn = (outcome: Outcome): { action: string; fields: [string, string][] } | undefined =>
  outcome.is === 'form-post' && carriesResult(outcome.fields) ? outcome : undefined

/** Whether parameters carry a result or the address of one; a fault in its place is none (WS-Federation 1.2 section 13.2.3). */
export const carriesResult = (params: Parameters<typeof valuesOf>[0]): boolean =>
  valuesOf(params, 'wresultptr').length > 0 ||
  valuesOf(params, 'wresult').some((text) => readResult(text).is !== 'fault')

/**
 * The one `wresult` that a journey took to a party.
 *
 * @throws Inconclusive when none came, or several
 */
export const resultIn = (asked: Asked): string => {
  const response = responseIn(asked.outcome)
  const [result, ...more] = valuesOf(response?.fields ?? [], 'wresult')
  if (result === undefined) throw new Inconclusive('unreadable', `no sign-in response came: ${describe(asked)}`)
  if (more.length > 0) throw new Inconclusive('unreadable', 'a form with several results')
  return result
}

/** Why a party has no session: it refuses the response, or none came. */
type Why = Extract<Received, { is: 'refused' }>['reason'] | 'no-response'

/** Whom a party sees after a journey. */
export type Seen = { assertion: Assertion; context: string | undefined }

/**
 * Brings the end of a journey to a party and asks it who is signed in.
 *
 * A party that refuses a response for a reason that the check does not ask about is no accusation.
 *
 * @throws Violation of kind `no-response` or `refused-<reason>`, when that is what the check accuses of
 */
export const seenBy = (
  party: Pick<Party, 'realm' | 'reply'> & Partial<Party>,
  trust: PartyTrust,
  asked: Asked,
  accuses: readonly Why[] = [],
): Seen => {
  const response = responseIn(asked.outcome)
  const expected = `a sign-in response at ${party.reply}`
  if (response === undefined && !accuses.includes('no-response')) {
    throw new Inconclusive('unreadable', `no sign-in response came: ${describe(asked)}`)
  }
  if (response === undefined) throw new Violation('no-response', { expected, actual: describe(asked) })
  const received = makeReceiver(party, trust)(response.action, response.fields)
  if (received.is === 'refused' && !accuses.includes(received.reason)) {
    throw new Inconclusive(
      'unreadable',
      `a strict party refuses the response, which is another check's question: ${received.detail}`,
    )
  }
  if (received.is === 'refused') {
    throw new Violation(`refused-${received.reason}`, {
      expected,
      actual: `one that a strict party refuses: ${received.detail}`,
    })
  }
  if (honestParty.isOver(received.session, trust.clock.now()))
    throw new Violation('no-session', { expected: 'a session at the party', actual: 'none' })
  return received
}

/** The whole of a valid sign-in, as a party sees it. */
export const signedIn = async (
  context: Context,
  { party, user }: People,
  trust?: PartyTrust,
  accuses: readonly Why[] = [],
): Promise<Seen> =>
  seenBy(
    party,
    trust ?? trustOf(context, await metadataOf(context)),
    await signIn(context, validSignIn(context, party), user),
    accuses,
  )

/** Whether an assertion speaks of a user: by its name identifier or by any claim. */
export const names = ({ nameId, claims }: Assertion, { name, objectId }: Pick<User, 'name' | 'objectId'>): boolean => {
  const values = [nameId?.value ?? '', ...claims.flatMap(({ values: all }) => all)].map((value) => value.toLowerCase())
  return values.includes(name.toLowerCase()) || values.includes(objectId.toLowerCase())
}

/** The control of every check here: a party of each tenant of the slice signs its user in, as that user. */
export const partiesSignIn = (context: Context): Promise<void> => partiesSignInOver(context)

/** The same over one kind of upstream, for checks that ask about that one alone. */
export const partiesSignInOver = async (context: Context, over?: Upstream): Promise<void> => {
  const trust = trustOf(context, await metadataOf(context))
  const all = partiesOf(context, over)
  if (all.length === 0) throw new Inconclusive('control', `no party with a tenant that signs in over ${over}`)
  for (const people of all.filter(({ tenant }, index) => all.findIndex((one) => one.tenant === tenant) === index)) {
    const { assertion } = await signedIn(context, people, trust)
    if (names(assertion, people.user)) continue
    throw new Inconclusive('control', `${people.party.realm} sees somebody else than ${people.user.name}`)
  }
}

/** The control of checks that judge the response itself: one comes, whatever it says. */
export const responseComes = async (context: Context): Promise<void> => {
  const { party, user } = peopleOf(context)
  const asked = await signIn(context, validSignIn(context, party), user)
  if (!responseIn(asked.outcome)) throw new Inconclusive('control', `no sign-in response came: ${describe(asked)}`)
}
