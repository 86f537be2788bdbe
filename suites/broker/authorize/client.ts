import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { single } from '../../../fixtures/world/slice.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { authorizeUnder, circumstancesIn, mixedWith, servedUnder } from './circumstances.ts'
import { obtainsNothing, refused, says } from './judgement.ts'
import { authorize, peopleOf, registeredGetsCode, validRequest } from './request.ts'

const needs = { capabilities: [], shape: single, scope: 'slice' } as const
const clauses = ['authorize.unknown-client'] as const

const tryClient = async (context: Context, clientId: string | readonly string[]) => {
  const asked = await authorize(context, { ...validRequest(context), clientId })
  refused(context, asked, `client_id ${JSON.stringify(clientId)}`)
  return asked
}

/** The documented error page for a client that nobody knows. */
export const unknownClient: Check = {
  id: 'authorize.unknown-client.stranger',
  title: 'a client_id that nobody registered gets the error page invalid_client_id',
  sends: 'a valid authorization request with a client_id that is unknown, empty or missing',
  owes: 'the error page "Bad Request: invalid_client_id" at the broker; nobody is redirected or sent to sign in',
  clauses,
  attacks: ['OAU-01'],
  needs,
  kills: ['broker.accepts-unknown-client'],
  control: registeredGetsCode,
  async run(context) {
    const unknown = ['00000000-0000-4000-8000-000000000000', `stranger-${context.slice.tag}`]
    await context.each<string | readonly string[]>([...unknown, '', []], async (clientId) => {
      const asked = await tryClient(context, clientId)
      if (unknown.includes(String(clientId))) says(context, asked, 'invalid_client_id')
    })
  },
}

const hex = '0123456789abcdef'

/** Client ids that are almost the one that is known, by form. A GUID in other case or in braces is the same GUID. */
export const almost = (id: string): Record<string, fc.Arbitrary<string>> => ({
  digit: fc
    .tuple(fc.nat(id.length - 1), fc.integer({ min: 1, max: 15 }))
    .map(([at, by]) => replaceAt(id, at, otherDigit(id[at] ?? '0', by))),
  'later-digit': fc
    .tuple(fc.integer({ min: Math.ceil(id.length * 0.6), max: id.length - 1 }), fc.integer({ min: 1, max: 15 }))
    .map(([at, by]) => replaceAt(id, at, otherDigit(id[at] ?? '0', by))),
  truncated: fc.integer({ min: 1, max: id.length - 1 }).map((length) => id.slice(0, length)),
  extended: fc.string({ unit: fc.constantFrom(...hex), minLength: 1, maxLength: 6 }).map((more) => id + more),
  pattern: fc
    .tuple(fc.nat(id.length - 1), fc.constantFrom('%', '_', '*', '.', '?'))
    .map(([at, wildcard]) => replaceAt(id, at, wildcard)),
  'like-pattern': fc
    .tuple(fc.nat(id.length - 1), fc.constantFrom('%', '_'))
    .map(([at, wildcard]) => replaceAt(id, at, wildcard)),
  quoted: fc.constantFrom(`${id}' OR '1'='1`, `${id}'--`, `${id}\u0000x`, `${id}\\`, `${id}/..`, `${id}|x`),
})

const replaceAt = (text: string, at: number, by: string) => text.slice(0, at) + by + text.slice(at + 1)
const otherDigit = (digit: string, by: number) =>
  hex.includes(digit.toLowerCase()) ? (hex[(hex.indexOf(digit.toLowerCase()) + by) % 16] ?? '0') : 'x'

/** No client id that is almost a known one. */
export const nearClient: Check = {
  id: 'authorize.unknown-client.near-miss',
  title: 'no client_id that is almost a known one obtains anything',
  sends: 'valid authorization requests whose client_id differs in a digit, is cut, longer, a pattern or quoted',
  owes: 'a refusal at the broker for every one of them',
  clauses,
  needs,
  kills: [
    'broker.accepts-client-id-by-prefix',
    'broker.accepts-client-id-as-pattern',
    'broker.compares-half-the-client-id',
  ],
  control: registeredGetsCode,
  async run(context) {
    const forms = Object.entries(almost(peopleOf(context).client.id))
    for (const [index, [name, ids]] of forms.entries()) {
      await context.forEvery(
        name,
        ids,
        Math.floor((context.runs + index) / forms.length),
        async (clientId) => void (await tryClient(context, clientId)),
      )
    }
  },
}

/** The order of the documented checks. */
export const clientFirst: Check = {
  id: 'authorize.client-before-redirect.both-wrong',
  title: 'when client_id and redirect_uri are both unknown, the client is blamed',
  sends: 'an authorization request with an unknown client_id and a redirect_uri that nobody registered',
  owes: 'the error page "Bad Request: invalid_client_id"',
  clauses: ['authorize.client-before-redirect'],
  applies: ({ wording }) => (wording.invalid_client_id === undefined ? 'dialect.wording.invalid_client_id' : undefined),
  needs,
  kills: ['broker.blames-redirect-first', 'broker.blames-redirect-of-malformed-client'],
  control: registeredGetsCode,
  async run(context) {
    const stranger = `https://stranger-${context.slice.tag}.test/callback`
    await context.each([stranger, `${stranger}?x=1`], async (redirectUri) => {
      const asked = await authorize(context, {
        ...validRequest(context),
        clientId: '00000000-0000-4000-8000-000000000000',
        redirectUri,
      })
      refused(context, asked, 'an unknown client with an unregistered redirect_uri')
      says(context, asked, 'invalid_client_id')
    })
    const ids = fc.oneof(
      fc.uuid(),
      label,
      fc.tuple(label, label).map((words) => words.join('-')),
    )
    const uris = fc.oneof(
      label.map((sub) => `https://${sub}.stranger-${context.slice.tag}.test/callback`),
      label.map((text) => `x-${text}:/callback`),
      label,
    )
    await context.forEvery(
      'both',
      fc.record({ clientId: ids, redirectUri: uris }),
      Math.ceil(context.runs / 2),
      async (input) => {
        const asked = await authorize(context, { ...validRequest(context), ...input })
        refused(context, asked, 'an unknown client with an unregistered redirect_uri')
        says(context, asked, 'invalid_client_id')
      },
    )
  },
}

/** A client that signs in, and has no business here. */
export const signInOnly: Check = {
  id: 'authorize.client-not-oauth.sign-in-only',
  title: 'a client that is not configured for OAuth is refused',
  sends:
    'a valid authorization request of a client that is known, with its own redirect_uri, but not configured for OAuth; in many forms',
  owes: 'a refusal at the broker',
  clauses: ['authorize.client-not-oauth'],
  needs: { capabilities: [], shape: { ...single, signInClientsPerTenant: 1 }, scope: 'slice' },
  kills: ['broker.ignores-oauth-setting', 'broker.ignores-oauth-setting-of-silent-requests'],
  control: registeredGetsCode,
  async run(context) {
    const barred = context.slice.clients.filter(({ oauth }) => !oauth)
    await context.each(
      barred.flatMap(({ id, redirectUris, resource }) =>
        redirectUris.map((redirectUri) => ({ clientId: id, redirectUri, resource })),
      ),
      async (input) => {
        refused(
          context,
          await authorize(context, { ...validRequest(context), ...input }),
          'a client that is not configured for OAuth',
        )
      },
    )
    const [client] = barred
    const known = circumstancesIn(context.dialect)
    for (const [index, [name, first]] of known.entries()) {
      const share = Math.floor((Math.ceil(context.runs / 4) + index) / known.length)
      await context.forEvery(name, mixedWith(context.dialect, first), share, async (under) => {
        const asked = await authorizeUnder(under, context, {
          ...validRequest(context),
          clientId: client?.id ?? '',
          redirectUri: client?.redirectUris[0] ?? '',
        })
        if (await servedUnder(under, context)) refused(context, asked, 'a client that is not configured for OAuth')
        else obtainsNothing(asked, 'a client that is not configured for OAuth')
      })
    }
  },
}
