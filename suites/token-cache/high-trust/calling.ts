import * as fc from 'fast-check'
import { farmOf } from '../../../fixtures/world/farms.ts'
import type { Farm } from '../../../fixtures/world/farms.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive, Violation } from '../../../harness/judge/blame.ts'
import type { Exchange } from '../../../harness/record/exchange.ts'
import { sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { publishedIn } from '../../../protocols/high-trust/metadata-document.ts'
import { headerOf, textOf } from '../../../protocols/wire.ts'
import type { CacheCheck, Called, Context } from '../asking.ts'
import { owned, readCall, readable, sent } from '../asking.ts'

/** A user of a farm of the slice. */
export type Member = { user: User; farm: Farm }

/** Whom a farm is called for: somebody of a name, whether the farm knows such a user or not. */
type Asked = { user: Pick<User, 'name'>; farm: Farm }

/** A call with a token that reached a farm: the token, and whom the farm took for the caller. */
export type FarmVisit = { token: string; status: number; caller: string | undefined }

/** What a call at a farm came to, and all that the target sent to the mocks for it. */
export type FarmCalled = Pick<Called, 'outcome' | 'says'> & { visits: FarmVisit[]; sent: readonly Exchange[] }

/** What checks of high trust need: some farms, each with users of its own, whose tenants have SharePoint Online as well. */
export const someFarms: CacheCheck['needs'] = {
  capabilities: [],
  shape: { ...single, partiesPerTenant: 0, tenants: 3, usersPerTenant: 6, sharePointClientsPerTenant: 1 },
  scope: 'slice',
}

/** The users of each farm of the slice, farm by farm. */
export const membersOf = ({ slice: { tenants, users } }: Context): Member[][] =>
  tenants.map((tenant) =>
    users.filter((user) => user.tenant === tenant.id).map((user) => ({ user, farm: farmOf(tenant) })),
  )

/** Members by farm and place, from the first of each on. */
export const member = (context: Context, farm: number, place: number): Member =>
  owned(membersOf(context)[farm]?.[place])

/** Every member. */
export const anyMember = (context: Context): fc.Arbitrary<Member> => fc.constantFrom(...membersOf(context).flat())

const driver = ({ cache: { onPremises } }: Context) => owned(onPremises)

/** Has the target call a farm for a user. Only one at a time is told apart from others in what is sent. */
export const callFarm = async (context: Context, { user, farm }: Asked): Promise<FarmCalled> => {
  const last = context.fromTarget().at(-1)?.n ?? 0
  const answer = await asked(context, { user, farm })
  const all = context.fromTarget().filter(({ n }) => n > last)
  return { ...answer, visits: visitsIn(all), sent: all }
}

/** The same for several users at once; what is sent is that of all. */
export const callTogether = async (
  context: Context,
  members: readonly Member[],
): Promise<{ answers: Pick<Called, 'outcome' | 'says'>[]; visits: FarmVisit[] }> => {
  const last = context.fromTarget().at(-1)?.n ?? 0
  const answers = await Promise.all(members.map((one) => asked(context, one)))
  return { answers, visits: visitsIn(context.fromTarget().filter(({ n }) => n > last)) }
}

const asked = async (context: Context, { user, farm }: Asked) => {
  const audience = sharePointResourceOf(context.at.farm, farm.realm)
  const words = { user: user.name, realm: farm.realm, resource: farm.app.id, audience }
  return readCall((await context.browser().go(sent(driver(context).call, words, context.at.target))).at(-1))
}

const visitsIn = (all: readonly Exchange[]): FarmVisit[] =>
  all.flatMap(({ to, request, response }) => {
    const token = /^Bearer (\S+)$/i.exec(headerOf(request.headers, 'authorization') ?? '')?.[1]
    if (to !== 'farm' || token === undefined) return []
    return [{ token, status: response?.status ?? 0, caller: response && titleIn(textOf(response)) }]
  })

/** Whom a farm takes for the caller, by how it answers who the current user is. */
const titleIn = (text: string): string | undefined => /"Title":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]

/** Reads the metadata document of the target. */
export const readsDocument = async (context: Context): Promise<{ status: number; text: string }> => {
  const { at } = context
  const rawPath = driver(context).metadata
  const headers: [string, string][] = [['accept', 'application/json']]
  const hop = (await context.browser().go({ method: 'GET', origin: at.target, rawPath, headers })).at(-1)
  if (hop?.response === undefined) throw new Inconclusive('unreadable', 'the metadata document does not come')
  return { status: hop.response.status, text: textOf(hop.response) }
}

/**
 * The certificates that the target publishes.
 *
 * @throws Violation of kind `not-published` where it publishes no key
 * @throws Inconclusive where there are keys in the document that cannot be read
 */
export const certificatesOf = ({ status, text }: { status: number; text: string }): string[] => {
  const expected = 'the metadata document to hold the public key'
  if (status < 200 || status > 299) throw new Violation('not-published', { expected, actual: `status ${status}` })
  const published = publishedIn(text)
  if (published === undefined) throw new Inconclusive('unreadable', 'the metadata document cannot be read')
  if (published.length === 0) throw new Violation('not-published', { expected, actual: 'one without any key' })
  return published.map(({ certificate }) => certificate)
}

/** Registers what the target publishes with its farms, as whoever deploys it does; gives the certificates. */
export const registers = async (context: Context): Promise<string[]> => {
  const published = publishedIn((await readsDocument(context)).text) ?? []
  const certificates = published.map(({ certificate }) => certificate)
  context.highTrust.trusts(certificates)
  return certificates
}

/** A call that is answered, whatever comes of it: what is sent for it is in question. */
export const answersForFarm = async (context: Context): Promise<void> => {
  const answer = await asked(context, member(context, 0, 0))
  readable({ ...answer, redemptions: [], renewals: [], data: [], sent: [] }, 'a call at a farm')
}

/** The tokens that a call brought to a farm. @throws Inconclusive where there is none */
export const broughtBy = ({ visits }: { visits: FarmVisit[] }): [FarmVisit, ...FarmVisit[]] => {
  const [first, ...more] = visits
  if (first === undefined) throw new Inconclusive('undelivered', 'no call with a token reached the farm')
  return [first, ...more]
}
