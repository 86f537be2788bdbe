import type { Policies } from '../broker/policies.ts'
import { valuesOf } from '../../protocols/form.ts'
import type { Pairs } from '../../protocols/wire.ts'
import { honest } from '../broker/policies.ts'
import type { Fault } from './fault.ts'

const breaks = 'authorize.unregistered-redirect'
const matching = (does: string, instead: Policies['matches']) => ({ does, breaks, policy: 'matches', instead }) as const

const parsed = (uri: string) => (URL.canParse(uri) ? new URL(uri) : undefined)
const sameOf = (given: string, registered: string, part: (url: URL) => string) => {
  const [one, other] = [parsed(given), parsed(registered)]
  return one !== undefined && other !== undefined && part(one) === part(other)
}
const decoded = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
const firstAndLast = (values: readonly string[]) =>
  values[0] === undefined ? undefined : { validated: values[0], used: values.at(-1) ?? '' }
const readingClients = (
  does: string,
  read: (ids: readonly string[], parameters: Pairs) => ReturnType<Policies['readClientId']>,
) =>
  ({
    does,
    breaks: 'authorize.redirect-bound-to-client',
    policy: 'readClientId',
    instead: (parameters: Pairs) =>
      read(valuesOf(parameters, 'client_id'), parameters) ?? honest.readClientId(parameters),
  }) as const
const withoutQuery = (uri: string) => uri.split('?', 1)[0]
const withoutPort = (uri: string) => uri.replace(/^(https?:\/\/[^/:]+):\d+/, '$1')
const lowerHost = (uri: string) => uri.replace(/^[^/]*\/\/[^/?#]*/, (origin) => origin.toLowerCase())

/** Faults in how a redirect URI is read, matched and refused. */
export const redirectFaults = {
  'broker.accepts-any-redirect-uri': matching('accepts whatever redirect_uri is sent', () => true),
  'broker.accepts-redirect-uri-by-prefix': matching(
    'accepts a redirect_uri that begins with a registered one',
    (given, registered) => given.startsWith(registered),
  ),
  'broker.accepts-redirect-uri-by-origin': matching('compares scheme, host and port alone', (given, registered) =>
    sameOf(given, registered, ({ origin }) => origin),
  ),
  'broker.accepts-redirect-uri-by-parent-host': matching(
    'accepts any host that ends with a registered one',
    (given, registered) => (parsed(given)?.hostname ?? '').endsWith(parsed(registered)?.hostname ?? ' '),
  ),
  'broker.accepts-redirect-uri-containing-registered': matching(
    'accepts a redirect_uri in which a registered one occurs',
    (given, registered) => given.includes(registered),
  ),
  'broker.accepts-registered-host-as-user': matching(
    'takes the text up to the first @, : or / for the host',
    (given, registered) => given.split('//')[1]?.split(/[@:/]/)[0] === parsed(registered)?.hostname,
  ),
  'broker.accepts-redirect-uri-as-pattern': matching(
    'uses the registered URI as a regular expression',
    (given, registered) => new RegExp(`^${registered.replaceAll('?', '\\?')}$`).test(given),
  ),
  'broker.ignores-scheme-of-redirect-uri': matching(
    'compares what follows the scheme',
    (given, registered) => given.replace(/^[^:]*:/, '') === registered.replace(/^[^:]*:/, ''),
  ),
  'broker.ignores-case-of-redirect-uri': matching(
    'compares without regard to case',
    (given, registered) => given.toLowerCase() === registered.toLowerCase(),
  ),
  'broker.ignores-case-of-host': matching(
    'compares scheme and host without regard to case',
    (given, registered) => lowerHost(given) === registered,
  ),
  'broker.ignores-port-of-redirect-uri': matching(
    'compares without the port',
    (given, registered) => withoutPort(given) === withoutPort(registered),
  ),
  'broker.ignores-query-of-redirect-uri': matching(
    'compares without the query',
    (given, registered) => withoutQuery(given) === withoutQuery(registered),
  ),
  'broker.ignores-trailing-slash': matching(
    'compares without trailing slashes',
    (given, registered) => given.replace(/\/+$/, '') === registered,
  ),
  'broker.ignores-fragment': matching(
    'compares up to the fragment',
    (given, registered) => given.split('#', 1)[0] === registered,
  ),
  'broker.normalises-redirect-uri': matching('compares what a URL parser makes of both', (given, registered) =>
    sameOf(given, registered, ({ href }) => href),
  ),
  'broker.decodes-redirect-uri': matching(
    'percent-decodes once more before comparing',
    (given, registered) => decoded(given) === registered,
  ),
  'broker.decodes-redirect-uri-twice': matching(
    'percent-decodes twice more, when once is not enough',
    (given, registered) =>
      given === registered || (decoded(given) !== registered && decoded(decoded(given)) === registered),
  ),
  'broker.truncates-redirect-uri': matching(
    'compares the first 100 characters, as a short column does',
    (given, registered) => given.slice(0, 100) === registered.slice(0, 100),
  ),
  'broker.strips-invisible-characters': matching(
    'drops white space and control characters before comparing',
    (given, registered) => given.replaceAll(/[\p{C}\p{Z}]/gu, '') === registered,
  ),
  'broker.folds-compatible-characters': matching(
    'compares in Unicode normalisation form KC',
    (given, registered) => given.normalize('NFKC') === registered,
  ),
  'broker.accepts-longer-parent-path': matching('compares up to the last slash of the path', (given, registered) =>
    sameOf(given, registered, ({ origin, pathname }) => origin + pathname.slice(0, pathname.lastIndexOf('/'))),
  ),
  'broker.accepts-redirect-uri-of-any-client': {
    does: 'looks redirect_uri up among those of all clients',
    breaks: 'authorize.redirect-bound-to-client',
    policy: 'registeredFor',
    instead: (_, clients) => clients.flatMap(({ redirectUris }) => redirectUris),
  },
  'broker.remembers-accepted-redirect-uris': {
    does: 'accepts from any client a redirect_uri that it has accepted from one',
    breaks: 'authorize.redirect-bound-to-client',
    policy: 'registeredFor',
    instead: ({ redirectUris }, _, accepted) => [...redirectUris, ...accepted],
  },
  'broker.uses-last-redirect-uri': {
    does: 'validates the first of two redirect_uri and uses the last',
    breaks,
    policy: 'readRedirectUri',
    instead: (parameters) => firstAndLast(valuesOf(parameters, 'redirect_uri')),
  },
  'broker.uses-first-redirect-uri': {
    does: 'validates the last of two redirect_uri and uses the first',
    breaks,
    policy: 'readRedirectUri',
    instead: (parameters) => firstAndLast(valuesOf(parameters, 'redirect_uri').toReversed()),
  },
  'broker.validates-redirect-uris-of-queries': {
    does: 'validates the redirect_uri in the URL of a POST and uses that in its body',
    breaks,
    policy: 'readRedirectUri',
    instead(parameters, query = []) {
      const read = honest.readRedirectUri(parameters)
      const [inQuery] = valuesOf(query, 'redirect_uri')
      return read && { ...read, validated: inQuery ?? read.validated }
    },
  },
  'broker.validates-first-of-two-clients': readingClients(
    'validates redirect_uri for the first of two client_id and asks upstream as the last',
    firstAndLast,
  ),
  'broker.validates-last-of-two-clients': readingClients(
    'validates redirect_uri for the last of two client_id and asks upstream as the first',
    (ids) => firstAndLast(ids.toReversed()),
  ),
  'broker.validates-first-of-two-clients-of-silent-requests': readingClients(
    'validates redirect_uri for the first of two client_id and asks upstream as the last, where nobody may be asked to sign in',
    (ids, parameters) =>
      valuesOf(parameters, 'prompt').includes('none') ? firstAndLast(ids) : honest.readClientId(parameters),
  ),
  'broker.uses-array-parameters': {
    does: 'validates redirect_uri and uses redirect_uri[] when that is sent beside it',
    breaks,
    policy: 'readRedirectUri',
    instead(parameters) {
      const read = honest.readRedirectUri(parameters)
      const [element] = valuesOf(parameters, 'redirect_uri[]')
      return read && { ...read, used: element ?? read.used }
    },
  },
  'broker.skips-matching-for-returning-browsers': {
    does: 'validates redirect_uri only of a browser that it sees for the first time',
    breaks,
    policy: 'matches',
    instead: (given, registered, { returning }) => returning || given === registered,
  },
  'broker.skips-matching-of-posts': {
    does: 'validates redirect_uri only of GET requests',
    breaks,
    policy: 'matches',
    instead: (given, registered, { method }) => method === 'POST' || given === registered,
  },
  'broker.validates-redirect-uri-after-sign-in': {
    does: 'sends the user to sign in before looking at redirect_uri',
    breaks,
    policy: 'validatesFirst',
    instead: () => false,
  },
  'broker.validates-long-redirect-uris-after-sign-in': {
    does: 'sends the user to sign in before looking at a redirect_uri of more than 1,024 characters',
    breaks,
    policy: 'validatesFirst',
    instead: (given) => given.length <= 1024,
  },
  'broker.redirects-refusals': {
    does: 'sends the refusal to the unregistered redirect_uri',
    breaks,
    policy: 'show',
    instead: (refusal, given) => (given === '' ? honest.show(refusal, given) : { sentTo: given }),
  },
  'broker.redirects-refusals-of-long-redirect-uris': {
    does: 'sends the refusal to a redirect_uri of more than 1,024 characters, which its error page has no room for',
    breaks,
    policy: 'show',
    instead: (refusal, given) => (given.length <= 1024 ? honest.show(refusal, given) : { sentTo: given }),
  },
  'broker.refreshes-to-refused-redirect-uri': {
    does: 'shows an error page that leads on to the unregistered redirect_uri after three seconds',
    breaks,
    policy: 'show',
    instead: (refusal, given) =>
      given === '' ? honest.show(refusal, given) : { status: 400, behindRedirect: false, refreshesTo: given },
  },
  'broker.shows-refusal-text-to-browsers-only': {
    does: 'says Bad Request and no more to a user agent that does not ask for text/html by name',
    breaks,
    policy: 'wording',
    instead: (refusal, accept, told) =>
      accept.includes('text/html') || refusal === 'token-request'
        ? honest.wording(refusal, accept, told)
        : 'Bad Request',
  },
  'broker.omits-refusal-text': {
    does: 'shows an error page that says Bad Request and no more',
    breaks,
    policy: 'wording',
    instead: () => 'Bad Request',
  },
  'broker.words-response-types-its-own-way': {
    does: 'says unsupported_response_type instead of row 9',
    breaks: 'authorize.code-only',
    policy: 'wording',
    instead: (refusal, accept, told) =>
      refusal === 'authorization-request' ? 'unsupported_response_type' : honest.wording(refusal, accept, told),
  },
  'broker.blames-the-client': {
    does: 'shows invalid_client_id for an unregistered redirect_uri',
    breaks,
    policy: 'wording',
    instead: (refusal, accept, told) =>
      honest.wording(refusal === 'invalid_redirect_uri' ? 'invalid_client_id' : refusal, accept, told),
  },
} as const satisfies Record<`broker.${string}`, Fault>
