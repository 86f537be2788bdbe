import type { BrokerClient } from '../broker/policies.ts'
import type { TokenAsked } from '../broker/token-policies.ts'
import { honestToken } from '../broker/token-policies.ts'
import { valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { redirectFaults } from './redirect-matching.ts'
import type { TokenFaults } from './token-fault.ts'

const unknown = 'token.unknown-client'
const unregistered = 'token.unregistered-redirect'
const chooses = 'token.state-never-chooses'

/** What State names, in the order in which it stands there. */
export const namedIn = (state: string, name: 'uri' | 'cid'): string[] =>
  state.split('|').flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(4)] : []))

/** Whether a redirect URI matches a registered one as a fault of the authorize flow has it. */
const matching =
  (fault: 'broker.decodes-redirect-uri-twice' | 'broker.normalises-redirect-uri' | 'broker.accepts-redirect-uri-by-origin' | 'broker.accepts-redirect-uri-by-prefix') => // prettier-ignore
  ({ redirectUris, tenant }: BrokerClient, { redirectUri, realm = tenant }: TokenAsked): boolean =>
    realm === tenant &&
    redirectUris.some((uri) => redirectFaults[fault].instead(redirectUri, uri, { method: 'POST', parameters: [], returning: false })) // prettier-ignore

const renews = ({ grant }: TokenAsked) => grant.type === 'refresh_token'

/** Validates the first of several clients, and redeems as the last. */
const splitting = (does: string, sorted: (ids: readonly string[]) => readonly string[]) =>
  ({
    does,
    breaks: unregistered,
    policy: 'reads',
    instead(form, realm) {
      const ids = sorted(valuesOf(form, 'ClientId'))
      const once = form.filter(([name]) => name !== 'ClientId')
      const asked = honestToken.reads([...once, ...ids.slice(0, 1).map((id): Pairs[number] => ['ClientId', id])], realm)
      const asks = ids.at(-1)
      return asked && asks !== undefined ? { ...asked, asks } : asked
    },
  }) as const satisfies TokenFaults[`broker.${string}`]

/** Faults in what a token request is taken for, and in whether it is valid. */
export const tokenRequestFaults = {
  'broker.redeems-in-every-version': {
    does: 'serves token requests in every version of OAuth',
    breaks: 'authorize.version',
    policy: 'servesVersion',
    instead: () => true,
  },
  'broker.redeems-in-version-by-first-digit': {
    does: 'serves token requests in every version that begins with 2',
    breaks: 'authorize.version',
    policy: 'servesVersion',
    instead: (version) => version.startsWith('2'),
  },

  'broker.redeems-as-last-of-two-clients': splitting(
    'validates the first of two ClientId and redeems as the last',
    (ids) => ids,
  ),
  'broker.redeems-as-first-of-two-clients': splitting(
    'validates the last of two ClientId and redeems as the first',
    (ids) => ids.toReversed(),
  ),
  'broker.takes-redirect-uri-from-state': {
    does: 'takes the redirect URI of State where RedirectUri is empty',
    breaks: unregistered,
    policy: 'reads',
    instead(form, realm) {
      const asked = honestToken.reads(form, realm)
      return asked?.redirectUri === '' ? { ...asked, redirectUri: namedIn(asked.state, 'uri')[0] ?? '' } : asked
    },
  },
  'broker.takes-client-from-state': {
    does: 'takes the client that State names first',
    breaks: chooses,
    policy: 'reads',
    instead(form, realm) {
      const asked = honestToken.reads(form, realm)
      const [clientId, ...more] = namedIn(asked?.state ?? '', 'cid')
      const [redirectUri = ''] = namedIn(asked?.state ?? '', 'uri')
      return asked && clientId !== undefined && more.length === 0 && asked.clientId !== clientId
        ? { ...asked, clientId, redirectUri }
        : asked
    },
  },
  'broker.takes-party-from-the-front-of-state': {
    does: 'takes client and redirect URI from the front of a State that names several of both',
    breaks: chooses,
    policy: 'reads',
    instead(form, realm) {
      const asked = honestToken.reads(form, realm)
      const [ids, uris] = [namedIn(asked?.state ?? '', 'cid'), namedIn(asked?.state ?? '', 'uri')]
      return asked && ids.length > 1 && uris.length > 1
        ? { ...asked, clientId: ids[0] ?? '', redirectUri: uris[0] ?? '' }
        : asked
    },
  },

  'broker.shares-answers-by-code': {
    does: 'answers a token request as it answers the one with the same code that it is at, whoever asks',
    breaks: unregistered,
    policy: 'sharesAnswer',
    instead: ({ grant }) => (grant.type === 'authorization_code' ? grant.value : undefined),
  },
  'broker.shares-answers-by-party': {
    does: 'gives everybody who redeems a code at once the same token',
    breaks: 'token.redeems',
    policy: 'sharesAnswer',
    instead: ({ grant, clientId, redirectUri }) =>
      grant.type === 'authorization_code' ? `${grant.value} ${clientId} ${redirectUri}` : undefined,
  },

  'broker.redeems-for-unknown-clients': {
    does: 'takes the client of the redirect URI where the client id is unknown',
    breaks: unknown,
    policy: 'findClient',
    instead: (clients, asked) =>
      honestToken.findClient(clients, asked) ??
      clients.find(({ redirectUris }) => redirectUris.includes(asked.redirectUri)),
  },
  'broker.redeems-for-strangers-as-first-client': {
    does: 'redeems as the first client that it knows, for whatever redirect URI, where the client id is unknown',
    breaks: unknown,
    policy: 'findClient',
    instead(clients, asked) {
      const [first] = clients
      return honestToken.findClient(clients, asked) ?? (first && { ...first, redirectUris: [asked.redirectUri] })
    },
  },
  'broker.redeems-for-clients-by-half': {
    does: 'compares the first half of the client id',
    breaks: unknown,
    policy: 'findClient',
    instead: (clients, { clientId }) =>
      clients.find(({ id }) => id.length === clientId.length && id.slice(0, 18) === clientId.slice(0, 18)),
  },
  'broker.blames-version-for-clients': {
    does: 'tells a token request of an unknown client that its version is not supported',
    breaks: unknown,
    policy: 'blamesClient',
    instead: () => 'oauth-version',
  },
  'broker.blames-version-for-long-client-ids': {
    does: 'tells a token request with a client id of more than 64 characters that its version is not supported',
    breaks: unknown,
    policy: 'blamesClient',
    instead: ({ clientId }) => (clientId.length > 64 ? 'oauth-version' : 'invalid_client_id'),
  },
  'broker.redeems-for-sign-in-clients': {
    does: 'redeems for clients that are not configured for OAuth',
    breaks: 'authorize.client-not-oauth',
    policy: 'mayUseOauth',
    instead: () => true,
  },
  'broker.renews-for-sign-in-clients': {
    does: 'renews for clients that are not configured for OAuth',
    breaks: 'authorize.client-not-oauth',
    policy: 'mayUseOauth',
    instead: ({ oauth }, asked) => oauth || renews(asked),
  },

  'broker.redeems-for-any-redirect-uri': {
    does: 'redeems whatever the redirect URI',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: () => true,
  },
  'broker.redeems-for-uris-of-any-client': {
    does: 'redeems for a redirect URI of another client',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: (_, { redirectUri }, clients) => clients.some(({ redirectUris }) => redirectUris.includes(redirectUri)),
  },
  'broker.redeems-for-uris-of-the-origin': {
    does: 'compares the origins of redirect URIs',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: matching('broker.accepts-redirect-uri-by-origin'),
  },
  'broker.redeems-for-uris-by-prefix': {
    does: 'redeems for a redirect URI that begins like a registered one',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: matching('broker.accepts-redirect-uri-by-prefix'),
  },
  'broker.redeems-for-normalised-uris': {
    does: 'compares what a URL parser makes of redirect URIs in a token request',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: matching('broker.normalises-redirect-uri'),
  },
  'broker.redeems-for-uris-decoded-twice': {
    does: 'percent-decodes the redirect URI of a token request twice more, when once is not enough',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: matching('broker.decodes-redirect-uri-twice'),
  },
  'broker.redeems-for-first-uri-only': {
    does: 'redeems for the first redirect URI of a client alone',
    breaks: 'token.redeems',
    policy: 'isRegistered',
    instead: ({ redirectUris }, { redirectUri }) => redirectUri === redirectUris[0],
  },
  'broker.redeems-ignoring-realm': {
    does: 'redeems whatever realm a token request names',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: ({ redirectUris }, { redirectUri }) => redirectUris.includes(redirectUri),
  },
  'broker.redeems-ignoring-unknown-realms': {
    does: 'redeems where a token request names a realm that does not exist',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: (client, asked, clients) =>
      honestToken.isRegistered(client, asked, clients) ||
      (clients.every(({ tenant }) => tenant !== asked.realm) && client.redirectUris.includes(asked.redirectUri)),
  },
  'broker.renews-without-validation': {
    does: 'renews whatever the redirect URI',
    breaks: unregistered,
    policy: 'isRegistered',
    instead: (client, asked, clients) => renews(asked) || honestToken.isRegistered(client, asked, clients),
  },
  'broker.validates-after-granting': {
    does: 'asks the token endpoint before it validates a token request',
    breaks: 'token.secret-only-after-validation',
    policy: 'validatesFirst',
    instead: () => false,
  },
  'broker.validates-renewals-after-granting': {
    does: 'asks the token endpoint before it validates a renewal',
    breaks: 'token.secret-only-after-validation',
    policy: 'validatesFirst',
    instead: (asked) => !renews(asked),
  },
} as const satisfies TokenFaults
