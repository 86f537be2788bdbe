import type { World } from '../../fixtures/world/world.ts'
import { Violation } from '../../harness/judge/blame.ts'
import type { Invariant } from '../../harness/judge/check.ts'
import { secretsOf } from '../../harness/record/redact.ts'
import { headerOf, urlOf } from '../../protocols/wire.ts'

const known = new WeakMap<World, readonly (readonly [string, string, string])[]>()
const secretsIn = (world: World) => {
  const secrets =
    known.get(world) ??
    [...secretsOf(world)].map(([secret, name]) => [secret, encodeURIComponent(secret), name] as const)
  known.set(world, secrets)
  return secrets
}

/** URLs are logged, remembered and sent on as Referer: a client secret or a password in one is given away. */
export const secretsInUrls: Invariant = {
  id: 'authorize.starts-code-flow.no-secret-in-url',
  title: 'no URL ever carries a client secret or a password',
  owes: 'neither a URL, nor a Location, nor a Referer contains a client secret or a password',
  clauses: ['authorize.starts-code-flow'],
  kills: ['broker.leaks-secret-upstream'],
  inspect({ request, response, from, to }, world) {
    const places = {
      URL: urlOf(request),
      Referer: headerOf(request.headers, 'referer') ?? '',
      Location: (response && headerOf(response.headers, 'location')) ?? '',
    }
    const all = Object.values(places).join('\n')
    for (const [secret, encoded, name] of secretsIn(world)) {
      if (!all.includes(secret) && (encoded === secret || !all.includes(encoded))) continue
      const place = Object.entries(places).find(([, text]) => text.includes(secret) || text.includes(encoded))
      if (place) {
        return new Violation('secret-in-url', {
          expected: `no ${name} in any URL`,
          actual: `a ${name} in the ${place[0]} of a message between ${from} and ${to}`,
        })
      }
    }
    return undefined
  },
}
