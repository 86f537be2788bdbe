import type { KeyObject } from 'node:crypto'
import type { Refused } from '../../protocols/refusal.ts'
import type { Assertion, Claim } from '../../protocols/saml/assertion.ts'
import type { Expected, Verified } from '../../protocols/saml/verify-token.ts'
import { verifyToken } from '../../protocols/saml/verify-token.ts'
import type { SignInRequest } from '../../protocols/ws-federation/request.ts'
import { chunksOf, opened, sealed } from './cookie.ts'
import type { Sealing } from './cookie.ts'

/** Who is signed in, until when, in ms since 1970-01-01T00:00:00Z. */
export type Session = { name: string; claims: readonly Claim[]; until: number }

/** A request for a page: path and query as they were sent. */
export type Visit = { path: string; query: string; url: string }

/** A party: its realm, where it is answered, and where its pages begin. */
export type Registered = { realm: string; reply: string; page: string }

/** How a text is put into the values of cookies. `open` gives nothing for what was not shut for this purpose, or not so. */
export type Box = {
  shut(text: string, purpose: string, sealing: Sealing): readonly string[]
  open(values: readonly string[], purpose: string, sealing: Sealing): string | undefined
}

/** Every decision of the reference relying party. */
export type PartyPolicies = {
  /** Whether a page is for signed-in visitors alone. */
  protects(visit: Visit, party: Registered): boolean
  /** What the broker is asked when a visitor has to sign in; `visit` is where they wanted to go. */
  asks(visit: Visit, party: Registered): SignInRequest
  /** Where a visitor is sent after signing in, by the context that came back: a path of this origin. */
  returnsTo(context: string | undefined, party: Registered, origin: string): string
  /** Whether a token may be believed, and what it says. */
  believes(result: string, expected: Expected): Verified | Refused
  /** Whether its user is of the realm of this party. */
  isOfRealm(assertion: Assertion, tenant: { claim: string; id: string }): boolean
  /** Whether a token is taken: one that was taken before is not. `taken` holds what `remembers` gave of each. */
  isFresh(assertion: Assertion, taken: ReadonlySet<string>): boolean
  /** By what a token is known again. */
  remembers(assertion: Assertion): string
  /** Until when a session lasts, in ms. */
  lasts(assertion: Assertion, now: number): number
  /** What of an assertion is kept in the session. */
  tells(assertion: Assertion): Pick<Session, 'name' | 'claims'>
  /** How what is kept of a session is put into the values of cookies, and read in whatever values come back. */
  box: Box
  /** The attributes of the cookie of this number. */
  marks(index: number): readonly string[]
  /** What a session becomes when its visitor comes back; nothing: it stays. */
  renews(session: Session, now: number): Session | undefined
  /** Whether a session is over. */
  isOver(session: Session, now: number): boolean
  /** What a visitor gets whose session is over. */
  onceOver(session: Session, now: number): 'loop' | 'error'
  /** Which of the session's cookies, by their number, a sign-out takes away. */
  forgets(kind: 'sign-out' | 'clean-up', count: number): readonly number[]
  /** How a clean-up is answered where nobody is signed in: its status. */
  cleansUpNobody(): number
  /** Which certificates are trusted after the metadata was read: base64 of DER. */
  trusts(listed: readonly string[], before: readonly string[]): readonly string[]
  /** By which keys a token is verified. */
  verifiesBy(trusted: readonly KeyObject[]): readonly KeyObject[]
}

/** What in a context says where to go: `ru` of the form that WIF writes. */
export const wantedIn = (context = ''): string | undefined => new URLSearchParams(context).get('ru') ?? undefined

/** Whether it is a path of this origin and leads nowhere else, as browsers read it. */
export const isOwnPath = (path: string, origin: string): boolean =>
  /^\/(?![/\\])/.test(path) && URL.canParse(path, origin) && new URL(path, origin).origin === origin

/** A relying party as the documents want it. */
export const honestParty: PartyPolicies = {
  protects: ({ path }, { page }) => path === page || path.startsWith(`${page}/`),
  asks: ({ path, query }, { realm, reply }) => ({
    realm,
    reply,
    context: `rm=0&id=passive&ru=${encodeURIComponent(query === '' ? path : `${path}?${query}`)}`,
  }),
  returnsTo(context, { page }, origin) {
    const wanted = wantedIn(context)
    return wanted !== undefined && isOwnPath(wanted, origin) ? wanted : page
  },
  believes: verifyToken,
  isOfRealm: ({ claims }, { claim, id }) => {
    const said = claims.filter(({ type }) => type === claim).flatMap(({ values }) => values)
    return said.length === 1 && said[0] === id
  },
  isFresh: (assertion, taken) => !taken.has(assertion.id),
  remembers: ({ id }) => id,
  lasts: ({ notOnOrAfter = 0 }) => notOnOrAfter,
  tells: ({ nameId, claims }) => ({ name: nameId?.value ?? '', claims }),
  box: {
    shut: (text, purpose, sealing) => chunksOf(sealed(text, purpose, sealing)),
    open: (values, purpose, sealing) => opened(values.join(''), purpose, sealing),
  },
  marks: () => ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax'],
  renews: () => undefined,
  isOver: ({ until }, now) => until <= now,
  onceOver: () => 'loop',
  forgets: (_, count) => Array.from({ length: count }, (__, index) => index),
  cleansUpNobody: () => 200,
  trusts: (listed) => listed,
  verifiesBy: (trusted) => trusted,
}
