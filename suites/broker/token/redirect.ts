import * as fc from 'fast-check'
import { label } from '../../../fixtures/near-miss/kind.ts'
import { nearMissesOf, nearMissKinds } from '../../../fixtures/near-miss/near-miss.ts'
import { join, partsOf } from '../../../fixtures/near-miss/place.ts'
import { single } from '../../../fixtures/world/slice.ts'
import { Violation } from '../../../harness/judge/blame.ts'
import type { Check, Context } from '../../../harness/judge/check.ts'
import { obtainsNothing, refusalSeen, refused } from './judgement.ts'
import { grantsOf } from './grants.ts'
import type { Redeemed } from './request.ts'
import { byCode, firstOf, handedBy, reachedParty, redeemsWith, registeredRedeems, shareOf, speaksRedeem, told, waysOf } from './request.ts' // prettier-ignore

const needs = { capabilities: [], shape: single, scope: 'slice' } as const
const clauses = ['token.unregistered-redirect'] as const
const foreignOf = ({ slice }: Context) => `stranger-${slice.tag}.test`

/** Where a registered URI was sent beside another one, going on with the registered one is lawful. */
const judge = (context: Context, redeemed: Redeemed, given: readonly string[]) => {
  const what = `RedirectUri ${given.map((uri) => JSON.stringify(uri)).join(' and ')}`
  const known = given.find((uri) => firstOf(context).client.redirectUris.includes(uri))
  const handed = handedBy(redeemed)
  if (known === undefined || handed === undefined) return refused(context, redeemed, what)
  if (!reachedParty(redeemed, handed, known)) {
    throw new Violation('token-elsewhere', {
      expected: `${what} refused, or the token for ${known}`,
      actual: told(redeemed),
    })
  }
}

/** A redirect URI that nobody registered. */
export const stranger: Check = {
  id: 'token.unregistered-redirect.stranger',
  title: 'a token request with a redirect URI that nobody registered is refused, and nothing is asked upstream',
  sends: 'redemptions and renewals, valid but for a RedirectUri on a foreign host, on another path, empty or missing',
  owes: 'a refusal, and no grant at any token endpoint',
  clauses,
  applies: redeemsWith('redirectUri'),
  needs,
  kills: [
    'broker.redeems-for-any-redirect-uri',
    'broker.redeems-for-uris-of-the-origin',
    'broker.takes-redirect-uri-from-state',
    'broker.renews-without-validation',
    'broker.validates-after-granting',
    'broker.validates-renewals-after-granting',
    'broker.grants-without-awaiting',
    'broker.grants-renewals-without-awaiting',
  ],
  control: registeredRedeems,
  async run(context) {
    const foreign = foreignOf(context)
    const parts = partsOf(firstOf(context).client.redirectUris[0] ?? '')
    const elsewhere = parts ? [join(parts, { path: '/elsewhere', query: '' })] : []
    const attempt = byCode(context)
    await context.each<string | readonly string[]>(
      [`https://${foreign}/callback`, ...elsewhere, '', []],
      async (redirectUri) => judge(context, await attempt({ redirectUri }), [redirectUri].flat()),
    )
    const strangers = fc.oneof(
      label.map((sub) => `https://${sub}.${foreign}/callback`),
      label.map((path) => (parts ? join(parts, { path: `/x${path}`, query: '' }) : `https://${foreign}/${path}`)),
    )
    const ways = await waysOf(context, 'redirectUri')
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, strangers, share, async (redirectUri) =>
        judge(context, await way({ redirectUri }), [redirectUri]),
      )
    }
  },
}

/** Near misses of one kind of a redirect URI, dealt out as runs allow. */
const tryKinds = async (
  context: Context,
  leads: (typeof nearMissKinds)[number]['leads'],
  holds: (redeemed: Redeemed, given: readonly string[], registered: string) => void,
) => {
  const registered = firstOf(context).client.redirectUris
  const attempt = byCode(context)
  const makers = nearMissKinds
    .filter((kind) => kind.leads === leads)
    .map((kind) => ({
      name: kind.name,
      bases: registered.flatMap((uri) => nearMissesOf(kind, uri, foreignOf(context)) ?? []),
    })) // prettier-ignore
    .filter(({ bases }) => bases.length > 0)
  for (const [index, { name, bases }] of makers.entries()) {
    const misses = fc.oneof(...bases)
    await context.forEvery(
      name,
      misses,
      shareOf(context.runs, makers.length, index),
      async ({ given, registered: of }) => holds(await attempt({ redirectUri: given }, { redirectUri: of }), given, of),
    )
  }
}

/** No redirect URI that leads elsewhere, however near it is to a registered one. */
export const nearMiss: Check = {
  id: 'token.unregistered-redirect.near-miss',
  title: 'no redirect URI that is almost a registered one, and leads elsewhere, obtains a token',
  sends: 'redemptions whose RedirectUri misses a registered one by a suffix, an encoding, a lookalike …',
  owes: 'a refusal for every one of them, and no grant at any token endpoint',
  clauses,
  applies: redeemsWith('redirectUri'),
  needs,
  kills: [
    'broker.redeems-for-any-redirect-uri',
    'broker.redeems-for-uris-of-the-origin',
    'broker.redeems-for-uris-by-prefix',
    'broker.redeems-for-uris-decoded-twice',
  ],
  control: registeredRedeems,
  async run(context) {
    const [uri = ''] = firstOf(context).client.redirectUris
    const attempt = byCode(context)
    await context.each([`${uri}.evil`, `${uri}/../evil`, uri.replace('://', '://evil.')], async (redirectUri) =>
      judge(context, await attempt({ redirectUri }), [redirectUri]),
    )
    await tryKinds(context, 'elsewhere', (redeemed, given) => judge(context, redeemed, given))
  },
}

/** A registered URI in another spelling is not a registered URI, though nothing leaks by it. */
export const exactMatch: Check = {
  id: 'token.unregistered-redirect.exact-match',
  title: 'a registered redirect URI in another spelling obtains no token',
  sends: 'redemptions whose RedirectUri leads to a registered place but is spelled differently',
  owes: 'a refusal: redirect URIs are compared by exact string matching (RFC 9700 section 2.1)',
  clauses,
  weaker: 'practice',
  applies: redeemsWith('redirectUri'),
  needs,
  kills: ['broker.redeems-for-uris-of-the-origin', 'broker.redeems-for-normalised-uris'],
  control: registeredRedeems,
  async run(context) {
    const [uri = ''] = firstOf(context).client.redirectUris
    const attempt = byCode(context)
    const host = partsOf(uri)?.host ?? ''
    await context.each([uri.replace(host, host.toUpperCase())], async (redirectUri) => {
      obtainsNothing(await attempt({ redirectUri }), `RedirectUri ${redirectUri}`)
    })
    await tryKinds(context, 'same', (redeemed, given, of) => {
      if (handedBy(redeemed) === undefined) return refusalSeen(context, redeemed)
      if (given.includes(of)) return
      throw new Violation('token', {
        expected: `${JSON.stringify(given[0])} refused, since only ${JSON.stringify(of)} is registered`,
        actual: told(redeemed),
      })
    })
  },
}

/** A redirect URI is registered for one client, not for all. */
export const otherClient: Check = {
  id: 'token.unregistered-redirect.other-client',
  title: 'a redirect URI registered for another client obtains no token',
  sends:
    'redemptions and renewals of one client with each redirect URI of another, of the same tenant and of another tenant',
  owes: 'a refusal, and no grant at any token endpoint',
  clauses,
  applies: redeemsWith('redirectUri'),
  needs: { capabilities: [], shape: { ...single, tenants: 2, clientsPerTenant: 2 }, scope: 'slice' },
  kills: [
    'broker.redeems-for-uris-of-any-client',
    'broker.redeems-for-any-redirect-uri',
    'broker.renews-without-validation',
  ],
  control: registeredRedeems,
  async run(context) {
    const { client } = firstOf(context)
    const foreign = context.slice.clients
      .filter(({ id }) => id !== client.id)
      .flatMap(({ redirectUris }) => redirectUris)
      .filter((uri) => !client.redirectUris.includes(uri))
    const attempt = byCode(context)
    await context.each(foreign, async (redirectUri) => judge(context, await attempt({ redirectUri }), [redirectUri]))
    const ways = await waysOf(context, 'redirectUri')
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, fc.constantFrom(...foreign), share, async (redirectUri) =>
        judge(context, await way({ redirectUri }), [redirectUri]),
      )
    }
  },
}

/** Whichever of two clients a request is taken to come from, it is taken to come from that one throughout. */
export const twoClients: Check = {
  id: 'token.unregistered-redirect.two-clients',
  title: 'of two clients that a token request names, none redeems a code without the redirect URI being its own',
  sends:
    'redemptions and renewals with two ClientId, of which one has the RedirectUri, and the code or refresh token is its own, in either order',
  owes: 'a refusal, or a grant in the name of the client that has the RedirectUri',
  clauses,
  applies: redeemsWith('clientId', 'redirectUri'),
  needs: { capabilities: [], shape: { ...single, clientsPerTenant: 2 }, scope: 'slice' },
  kills: ['broker.redeems-as-last-of-two-clients', 'broker.redeems-as-first-of-two-clients'],
  control: registeredRedeems,
  async run(context) {
    const { client } = firstOf(context)
    const others = context.slice.clients.flatMap(({ id }) => (id === client.id ? [] : [id]))
    const orders = others.flatMap((id) => [[client.id, id], [id, client.id]]) // prettier-ignore
    for (const [, way] of await waysOf(context, 'clientId')) {
      await context.each(orders, async (clientId) => {
        const redeemed = await way({ clientId })
        const grant = grantsOf(redeemed).find(({ id }) => others.includes(id.split('@', 1)[0] ?? ''))
        if (grant === undefined) return
        throw new Violation('granted', {
          expected: `ClientId ${clientId.join(' and ')} refused, or a grant for ${client.id}, who has the RedirectUri`,
          actual: `a grant at ${grant.path} for client ${grant.id}; ${told(redeemed)}`,
        })
      })
    }
  },
}

/** A redirect URI is registered in one realm, and the request may say which realm it means. */
export const otherRealm: Check = {
  id: 'token.unregistered-redirect.other-realm',
  title: 'a token request that names another realm obtains no token',
  sends: 'redemptions and renewals, valid but for a path that names another tenant, or one that does not exist',
  owes: 'a refusal, and no grant at any token endpoint',
  clauses,
  applies: (dialect, declared) =>
    speaksRedeem(dialect, declared) ??
    (dialect.realmPath === null ? 'dialect.realmPath' : redeemsWith('realm')(dialect, declared)),
  needs: { capabilities: ['realm-selector'], shape: { ...single, tenants: 2 }, scope: 'slice' },
  kills: ['broker.redeems-ignoring-realm', 'broker.redeems-ignoring-unknown-realms'],
  control: registeredRedeems,
  async run(context) {
    const { client } = firstOf(context)
    const attempt = byCode(context)
    const own = await attempt({ realm: client.tenant })
    if (handedBy(own) === undefined)
      context.note(`no token comes where the path names the client's own realm, so little was shown: ${told(own)}`)
    const others = context.slice.tenants.filter(({ id }) => id !== client.tenant).map(({ id }) => id)
    const tryRealm = (redeemed: Redeemed, realm: string) => {
      if (handedBy(own)) refused(context, redeemed, `realm ${realm}`)
      else obtainsNothing(redeemed, `realm ${realm}`)
    }
    await context.each(others, async (realm) => tryRealm(await attempt({ realm }), realm))
    const ways = await waysOf(context, 'realm')
    for (const [index, [name, way]] of ways.entries()) {
      const share = shareOf(Math.ceil(context.runs / 4), ways.length, index)
      await context.forEvery(name, fc.oneof(fc.uuid(), fc.constantFrom(...others)), share, async (realm) =>
        tryRealm(await way({ realm }), realm),
      )
    }
  },
}
