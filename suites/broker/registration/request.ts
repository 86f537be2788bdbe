import { randomUUID } from 'node:crypto'
import { single } from '../../../fixtures/world/slice.ts'
import type { Tenant, User } from '../../../fixtures/world/shapes.ts'
import type { ClauseId } from '../../../fixtures/clauses/clause.ts'
import type { Browser, Journey } from '../../../harness/agent/browser.ts'
import { nextOf } from '../../../harness/agent/next.ts'
import type { Registering } from '../../../harness/control/registration.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import type { PartyTrust } from '../../../mocks/relying-party/receive.ts'
import { queryOf, valuesOf } from '../../../protocols/form.ts'
import type { Asked } from '../authorize/request.ts'
import { describe } from '../authorize/request.ts'
import { notLetIn } from '../sign-in/elsewhere.ts'
import { metadataOf, names, responseIn, seenBy, signIn, trustOf, validSignIn } from '../sign-in/request.ts'

/** What checks of registrations need: two directories, each with an administrator, who comes first, and a user. */
export const needs: Check['needs'] = {
  capabilities: ['registration', 'speaks:signIn', 'speaks:metadata'],
  shape: { ...single, tenants: 2, usersPerTenant: 2 },
  scope: 'slice',
}

/** A directory with its people. */
export type Directory = { tenant: Tenant; administrator: User; user: User }

/**
 * The directories of the slice, in the one order or, at turn 1, the other. From here on each has the broker's application only once its
 * administrator has consented, and none has yet.
 */
export const directoriesOf = (context: Context, turn = 0): [Directory, Directory] => {
  context.hostile('idp.awaits-administrator')
  const [first, second] = context.slice.tenants.map((tenant): Directory => {
    const [administrator, user] = context.slice.users.filter((one) => one.tenant === tenant.id)
    if (administrator === undefined || user === undefined) throw new TypeError('the slice is too small')
    return { tenant, administrator, user }
  })
  if (first === undefined || second === undefined) throw new TypeError('the slice has one directory only')
  return turn === 0 ? [first, second] : [second, first]
}

/** A party of a K2 tenant that nobody has registered, in no run: a target may keep what it is told. */
export const newParty = ({ profile }: Context, { tenant }: Directory, more: Partial<Registering> = {}): Registering => {
  const unique = randomUUID().slice(0, 8)
  const origin = `https://designer-${unique}.${tenant.domain}`
  const [tokenVersion = '1.1'] = profile.tokenVersions
  return {
    tenancy: `tenancy-${unique}`,
    domain: `k2-${unique}`,
    realm: `${origin}/`,
    reply: `${origin}/_trust/`,
    tokenVersion,
    ...more,
  }
}

/** Registers a party: whoever does signs in where the identity provider asks, and consents where it lets them. */
export const register = async (context: Context, asked: Registering, as: User): Promise<Journey> => {
  const browser = context.browser()
  const begun = await begin(context, asked, browser)
  return [...begun, ...(await browser.resume(begun, as))]
}

/**
 * Begins a registration, up to where the browser would go to the identity provider, or no further where the target refuses.
 */
export const begin = async (context: Context, asked: Registering, browser: Browser): Promise<Journey> =>
  browser.go(await context.registration.begin(asked), undefined, 'idp')

/** Where a registration that has begun goes on to, and where its answer is to come: absent where it goes nowhere. */
export const upstreamOf = (
  begun: Journey,
): { url: string; callback: string | undefined; state: string | undefined } | undefined => {
  const last = begun.at(-1)
  const next = last && nextOf(last)
  if (next?.is !== 'redirect') return undefined
  const query = queryOf(next.to)
  const one = (...all: string[]) => all.flatMap((name) => valuesOf(query, name))[0]
  return { url: next.to, callback: one('redirect_uri', 'wreply'), state: one('state', 'wctx') }
}

/** @throws Inconclusive when a registration that is to be attacked was not taken up */
export const requireUpstream = (begun: Journey): NonNullable<ReturnType<typeof upstreamOf>> => {
  const upstream = upstreamOf(begun)
  if (upstream) return upstream
  throw new Inconclusive('undelivered', 'the registration never led to the identity provider')
}

/** A user signs in at a party as it was asked to be registered. */
export const visit = (context: Context, { realm, reply, tokenVersion }: Registering, user: User): Promise<Asked> =>
  signIn(context, validSignIn(context, { tenant: user.tenant, realm, reply, tokenVersion }), user)

/**
 * A user of the directory gets in.
 *
 * @throws Violation of kind `no-response` or `another-user`
 */
export const works = async (
  context: Context,
  trust: PartyTrust,
  party: Registering,
  user: User,
  clause?: ClauseId,
): Promise<void> => {
  const asked = await visit(context, party, user)
  const expected = `${user.name} at ${party.realm}`
  const fail = (kind: string, actual: string) => new Violation(kind, { expected, actual, ...(clause && { clause }) })
  if (responseIn(asked.outcome) === undefined) {
    requireAnswer(asked)
    throw fail('no-response', describe(asked))
  }
  const seen = seenBy({ ...party, tenant: user.tenant }, trust, asked)
  if (!names(seen.assertion, user)) throw fail('another-user', 'somebody else')
}

/** A target that is busy, or fails, has refused nothing. */
const requireAnswer = (asked: Asked): void => {
  const status = asked.journey.at(-1)?.response?.status ?? 0
  if (asked.outcome.is === 'unreadable' || status >= 500 || status === 429)
    throw new Inconclusive('unreadable', `the target failed: ${describe(asked)}`)
}

/** @throws Violation of kind `let-in` when a user gets in at a party after all */
export const shutTo = async (
  context: Context,
  party: Registering,
  user: User,
  because: string,
  clause: ClauseId,
): Promise<void> => notLetIn(await visit(context, party, user), because, clause)

/** What is trusted after the target's metadata. */
export const trusted = async (context: Context): Promise<PartyTrust> => trustOf(context, await metadataOf(context))

/** The control of every check here: a party that an administrator has registered signs a user of each directory in. */
export const registersParties = async (context: Context): Promise<void> => {
  const trust = await trusted(context)
  for (const directory of directoriesOf(context)) {
    const asked = newParty(context, directory)
    const journey = await register(context, asked, directory.administrator)
    if (!journey.some(({ to }) => to === 'idp'))
      throw new Inconclusive('control', 'the registration never led to the identity provider')
    await works(context, trust, asked, directory.user)
  }
}
