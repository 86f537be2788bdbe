import { signAssertion, writeAssertion } from '../../protocols/saml/issue.ts'
import type { Element } from '../../protocols/xml/element.ts'
import type { SignInPolicies } from '../broker/sign-in-policies.ts'
import { eightHours } from '../broker/sign-in-terms.ts'
import type { SignInFaults } from './sign-in-fault.ts'

/** The clock on the wall of a host five hours behind UTC. */
const local = (instant: string) => new Date(Date.parse(instant) - 5 * 3_600_000).toISOString().slice(0, -1)

const rewritten = (element: Element, names: RegExp, change: (instant: string) => string): Element => ({
  ...element,
  attributes: element.attributes.map((one) => (names.test(one.local) ? { ...one, value: change(one.value) } : one)),
  children: element.children.map((child) => (typeof child === 'string' ? child : rewritten(child, names, change))),
})

const all = /Instant$|^NotBefore$|^NotOnOrAfter$/
const writing =
  (names: RegExp, change: (instant: string) => string): SignInPolicies['signs'] =>
  (assertion, signer) =>
    signAssertion(rewritten(writeAssertion(assertion), names, change), signer)

/** Faults in how a token tells the time, and in how its response does. */
export const signInTimeFaults = {
  'broker.writes-local-time': {
    does: 'writes instants by the clock on the wall, without a zone',
    breaks: 'sign-in.utc',
    policy: 'signs',
    instead: writing(all, local),
  },
  'broker.writes-offsets': {
    does: 'writes instants in its own zone, with the offset',
    breaks: 'sign-in.utc',
    policy: 'signs',
    instead: writing(all, (instant) => `${local(instant)}-05:00`),
  },
  'broker.tells-old-sign-ins-in-local-time': {
    does: 'tells in local time when a user signed in who did so a while ago',
    breaks: 'sign-in.utc',
    policy: 'signs',
    instead: (assertion, signer) =>
      writing(
        assertion.issuedAt - (assertion.authentication?.at ?? Infinity) > 60_000 ? /^Auth\w+Instant$/ : /^$/,
        (instant) => `${local(instant)}Z`,
      )(assertion, signer),
  },
  'broker.declares-lifetime-of-session': {
    does: 'declares in the response that the token ends eight hours after the session began',
    breaks: 'sign-in.lifetime',
    policy: 'describes',
    instead: (response, session) => ({
      ...response,
      ...(response.lifetime && { lifetime: { ...response.lifetime, expires: session + eightHours } }),
    }),
  },
} as const satisfies SignInFaults
