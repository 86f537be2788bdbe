import { partsOf, join } from '../../../fixtures/near-miss/place.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Inconclusive } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { nothingLeaves, says } from './judgement.ts'
import { authorize, peopleOf, registeredGetsCode, validRequest } from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const
const foreignOf = ({ slice }: Context) => `stranger-${slice.tag}.test`

const tryGiven = async (context: Context, given: readonly string[]) => {
  const asked = await authorize(context, { ...validRequest(context), redirectUri: given })
  nothingLeaves(context, asked, given)
  return asked
}

/** The documented error page, for URIs that resemble no registered one. */
export const stranger: Check = {
  id: 'authorize.unregistered-redirect.stranger',
  title: 'a redirect_uri that nobody registered gets the error page invalid_redirect_uri',
  sends:
    'a valid authorization request whose redirect_uri is on a foreign host, or on another path of a registered host',
  owes: 'the error page "Bad Request: invalid_redirect_uri" at the broker; nobody is redirected or sent to sign in',
  clauses: ['authorize.unregistered-redirect'],
  attacks: ['RUR-02', 'RUR-05'],
  needs,
  kills: [
    'broker.accepts-any-redirect-uri',
    'broker.accepts-redirect-uri-by-origin',
    'broker.validates-redirect-uri-after-sign-in',
    'broker.redirects-refusals',
    'broker.omits-refusal-text',
    'broker.blames-the-client',
  ],
  control: registeredGetsCode,
  async run(context) {
    const registered = partsOf(peopleOf(context).client.redirectUris[0] ?? '')
    const foreign = foreignOf(context)
    const strangers = [`https://${foreign}/callback`, `https://${foreign}/`]
    const elsewhere = registered ? [join(registered, { path: '/elsewhere', query: '' })] : []
    await context.each([...strangers, ...elsewhere], async (uri) => {
      says(context, await tryGiven(context, [uri]), 'invalid_redirect_uri')
    })
  },
}

/** The shapes that have broken real products, each once, made from the first registered URI. */
export const knownAttacks: Check = {
  id: 'authorize.unregistered-redirect.known-attacks',
  title: 'no redirect_uri of a known attack gets past the list of registered ones',
  sends: 'a valid authorization request whose redirect_uri has one of the shapes that broke real products',
  owes: 'a refusal at the broker; nothing goes to the place that the redirect_uri names',
  clauses: ['authorize.unregistered-redirect'],
  attacks: [
    'RUR-02',
    'RUR-03',
    'RUR-04',
    'RUR-05',
    'RUR-06',
    'RUR-08',
    'RUR-09',
    'RUR-11',
    'RUR-12',
    'RUR-14',
    'RUR-21',
  ],
  needs,
  kills: [
    'broker.accepts-any-redirect-uri',
    'broker.accepts-redirect-uri-by-prefix',
    'broker.accepts-redirect-uri-by-origin',
    'broker.accepts-redirect-uri-by-parent-host',
    'broker.accepts-redirect-uri-containing-registered',
    'broker.accepts-registered-host-as-user',
    'broker.accepts-longer-parent-path',
    'broker.ignores-scheme-of-redirect-uri',
    'broker.ignores-case-of-redirect-uri',
    'broker.ignores-port-of-redirect-uri',
    'broker.ignores-query-of-redirect-uri',
    'broker.ignores-trailing-slash',
    'broker.uses-last-redirect-uri',
    'broker.uses-first-redirect-uri',
    'broker.validates-redirect-uri-after-sign-in',
    'broker.redirects-refusals',
  ],
  control: registeredGetsCode,
  async run(context) {
    const [uri = ''] = peopleOf(context).client.redirectUris
    const parts = partsOf(uri)
    if (parts === undefined) throw new Inconclusive('unreadable', `the registered ${uri} cannot be varied`)
    const foreign = foreignOf(context)
    const { host, path } = parts
    await context.each<readonly string[]>(
      [
        [`${uri}.evil`],
        [`${uri}/evil`],
        [`${uri}/`],
        [join(parts, { path: `${path}/../evil` })],
        [join(parts, { path: `${path.slice(0, path.lastIndexOf('/'))}/evil` })],
        [join(parts, { path: path.toUpperCase() === path ? path.toLowerCase() : path.toUpperCase() })],
        [join(parts, { query: `${parts.query === '' ? '?' : `${parts.query}&`}code=evil` })],
        [join(parts, { host: `evil.${host}` })],
        [join(parts, { host: `evil${host}` })],
        [join(parts, { host: `${host}.${foreign}` })],
        [join(parts, { host: `${host}@${foreign}` })],
        [join(parts, { host: `${foreign}\\@${host}` })],
        [join(parts, { port: parts.port === ':8444' ? ':8445' : ':8444' })],
        [join(parts, { scheme: parts.scheme === 'http://' ? 'https://' : 'http://' })],
        [`https://${foreign}/?next=${uri}`],
        [`https://${foreign}/${uri}`],
        [`javascript:alert(1)//${uri}`],
        [uri, `https://${foreign}/callback`],
        [`https://${foreign}/callback`, uri],
      ],
      async (given) => void (await tryGiven(context, given)),
    )
  },
}
