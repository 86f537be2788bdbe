import { honestSignIn } from '../broker/sign-in-policies.ts'
import type { SignInFaults } from './sign-in-fault.ts'

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : url)

/** Faults in sign-out, in the metadata, and on the error pages of the WS-Federation side. */
export const signOutFaults = {
  'broker.keeps-sessions': {
    does: 'ends no session at a sign-out',
    breaks: 'sign-out.ends-session',
    policy: 'ends',
    instead: () => [],
  },
  'broker.ends-first-session-only': {
    does: 'ends one of several sessions at a sign-out',
    breaks: 'sign-out.ends-session',
    policy: 'ends',
    instead: (sessions) => sessions.slice(0, 1),
  },

  'broker.leads-anywhere-after-sign-out': {
    does: 'leads to any wreply after a sign-out',
    breaks: 'sign-out.unregistered-reply',
    policy: 'acceptsSignOutReply',
    instead: () => true,
  },
  'broker.leads-by-prefix-after-sign-out': {
    does: 'leads to a wreply that begins with a registered one',
    breaks: 'sign-out.unregistered-reply',
    policy: 'acceptsSignOutReply',
    instead: (given, parties) => parties.some(({ reply }) => given.startsWith(reply)),
  },
  'broker.leads-by-origin-after-sign-out': {
    does: 'leads to any wreply at the origin of a party',
    breaks: 'sign-out.unregistered-reply',
    policy: 'acceptsSignOutReply',
    instead: (given, parties) => parties.some(({ reply }) => originOf(reply) === originOf(given)),
  },

  'broker.cleans-up-nobody': {
    does: 'tells no party of a sign-out',
    breaks: 'sign-out.cleans-up-parties',
    policy: 'cleansUp',
    instead: () => [],
  },
  'broker.cleans-up-first-party-only': {
    does: 'tells one party of a sign-out',
    breaks: 'sign-out.cleans-up-parties',
    policy: 'cleansUp',
    instead: (session, parties) => honestSignIn.cleansUp(session, parties).slice(0, 1),
  },
  'broker.cleans-up-two-parties': {
    does: 'tells two parties of a sign-out and no more',
    breaks: 'sign-out.cleans-up-parties',
    policy: 'cleansUp',
    instead: (session, parties) => honestSignIn.cleansUp(session, parties).slice(0, 2),
  },

  'broker.keeps-upstream-session': {
    does: 'does not tell the identity provider of a sign-out',
    breaks: 'sign-out.ends-session',
    policy: 'signOutUpstream',
    instead: () => undefined,
  },
  'broker.keeps-upstream-session-when-leading-on': {
    does: 'does not tell the identity provider of a sign-out that leads on',
    breaks: 'sign-out.ends-session',
    policy: 'signOutUpstream',
    instead: (application, request) =>
      request.reply === undefined ? honestSignIn.signOutUpstream(application, request) : undefined,
  },

  'broker.publishes-nothing': {
    does: 'publishes no certificate',
    breaks: 'metadata.published',
    policy: 'publishes',
    instead: () => [],
  },
  'broker.publishes-what-is-no-certificate': {
    does: 'publishes its certificates cut in half',
    breaks: 'metadata.published',
    policy: 'publishes',
    instead: (signers) => signers.slice(0, 1).map(({ certificate }) => certificate.slice(0, certificate.length / 2)),
  },
  'broker.publishes-first-certificate': {
    does: 'goes on to publish its first certificate',
    breaks: 'metadata.rollover',
    policy: 'publishes',
    instead: (signers) => signers.slice(-1).map(({ certificate }) => certificate),
  },

  'broker.omits-passive-endpoint': {
    does: 'publishes no passive endpoint',
    breaks: 'metadata.published',
    policy: 'describesItself',
    instead: ({ securityTokenService: service, ...metadata }) => ({
      ...metadata,
      ...(service && { securityTokenService: { ...service, passiveEndpoints: [] } }),
    }),
  },
  'broker.misnames-itself': {
    does: 'publishes another entity id than its tokens name as issuer',
    breaks: 'metadata.configures-party',
    policy: 'describesItself',
    instead: (metadata) => ({ ...metadata, entityId: `${metadata.entityId}metadata` }),
  },

  'broker.leads-off-from-refusals': {
    does: 'sends the user to another site after a refusal',
    breaks: 'errors.inert',
    policy: 'show',
    instead: () => ({ sentTo: 'https://help.elsewhere.test/' }),
  },
  'broker.blames-itself': {
    does: 'shows every refusal of the WS-Federation side with status 500',
    breaks: 'errors.client-faults-are-4xx',
    policy: 'show',
    instead: () => ({ status: 500, behindRedirect: true }),
  },

  'broker.blames-request-for-response': {
    does: 'words a refused response as a refused request',
    breaks: 'errors.row-sign-in-response',
    policy: 'wording',
    instead: (row, told) => honestSignIn.wording(row === 'sign-in-response' ? 'sign-in-request' : row, told),
  },
  'broker.omits-realm': {
    does: 'does not say which realm is unknown',
    breaks: 'errors.row-unknown-realm',
    policy: 'wording',
    instead: (row, { because }) => honestSignIn.wording(row, because === undefined ? {} : { because }),
  },
  'broker.omits-details': {
    does: 'does not say why a request was refused',
    breaks: 'errors.row-sign-in-request',
    policy: 'wording',
    instead: (row, { realm }) => honestSignIn.wording(row, realm === undefined ? {} : { realm }),
  },
} as const satisfies SignInFaults
