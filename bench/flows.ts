import type { User } from '../fixtures/world/shapes.ts'
import type { Keyring } from '../fixtures/world/world.ts'
import { worldOf } from '../fixtures/world/world.ts'
import type { Transport } from '../harness/attach/site.ts'
import type { Endpoints } from '../harness/dialects/dialect.ts'
import { encodeForm } from '../protocols/form.ts'
import type { Wire, WireRequest, WireResponse } from '../protocols/wire.ts'
import { headerOf, textOf } from '../protocols/wire.ts'
import { stateUnchanged as check } from '../suites/broker/authorize/state.ts'
import { openBareSite } from './bare-site.ts'
import { openReference, usual } from './check-set.ts'
import { inUnits, sideBySide, timeOf } from './compare.ts'
import type { Figure, Goal, Line } from './figure.ts'

const flowsInARound = 200

/**
 * Whole flows, from the authorization request over signing in to the code at the redirect URI: requests a second through
 * the browser of a universe, over those of a script that does the same with a bare wire. In-process the browser should cost
 * no more than broker and provider do, over HTTPS a quarter of everything.
 */
export const flows: Figure = {
  name: 'flows',
  tells: 'requests a second in whole flows, over the same with a bare wire',
  measure: async (keyring) => [
    await lineOf('direct', keyring, { atLeast: 0.5 }),
    await lineOf('https', keyring, { atLeast: 0.8 }),
  ],
}

const lineOf = async (name: Transport, keyring: Keyring, goal: Goal): Promise<Line> => {
  const world = worldOf(1, [check], keyring)
  const { clients: [client] = [], users: [user] = [] } = world.slices[check.id] ?? {}
  if (client === undefined || user === undefined) throw new Error('the slice has no client with a user')
  const site = await openBareSite(world, name)
  const universe = await openReference(world, name)
  const requestAt = ({ target, paths }: Endpoints): WireRequest => ({
    method: 'GET',
    origin: target,
    rawPath: `${paths.authorize}?${encodeForm([
      ['client_id', client.id],
      ['response_type', 'code'],
      ['redirect_uri', client.redirectUris[0] ?? ''],
      ['resource', client.resource],
      ['state', 'a state'],
    ])}`,
    headers: [['accept', 'text/html']],
  })
  const { signal } = new AbortController()
  const all = (flow: () => Promise<WireResponse | undefined>) =>
    timeOf(() =>
      sideBySide(Array(flowsInARound).keys(), usual.atOnce, async () => {
        const location = headerOf((await flow())?.headers ?? [], 'location') ?? ''
        if (!location.includes('code=')) throw new Error(`a flow ended without a code: ${location}`)
      }),
    )

  try {
    const { own } = await inUnits(4, () => all(() => scripted(site.wire, requestAt(site.endpoints), user)), {
      own: () =>
        all(async () => {
          universe.beginCase(check.id)
          const journey = await universe.browser(check.id, 'run', signal).go(requestAt(universe.at), user)
          return journey.at(-1)?.response
        }),
    })
    return { name, ratios: own.map((ratio) => 1 / ratio), goal, note: 'a flow is 4 requests' }
  } finally {
    await Promise.all([site.close(), universe.close()])
  }
}

/** One flow with nothing but what this broker and this provider need; the answer that carries the code. */
const scripted = async (wire: Wire, request: WireRequest, user: User): Promise<WireResponse> => {
  const begun = await wire(request)
  const upstream = locationOf(begun)
  const page = textOf(await wire(upstream))
  const signedIn = await wire({
    method: 'POST',
    origin: upstream.origin,
    rawPath: /action="([^"]*)"/.exec(page)?.[1] ?? '/',
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: new TextEncoder().encode(
      encodeForm([
        ['ctx', /name="ctx" value="([^"]*)"/.exec(page)?.[1] ?? ''],
        ['login', user.name],
        ['passwd', user.password],
      ]),
    ),
  })
  const cookie = headerOf(begun.headers, 'set-cookie')?.split(';', 1)[0] ?? ''
  return wire({ ...locationOf(signedIn), headers: [['cookie', cookie]] })
}

const locationOf = ({ headers }: WireResponse): WireRequest => {
  const { origin, pathname, search } = new URL(headerOf(headers, 'location') ?? '')
  return { method: 'GET', origin, rawPath: pathname + search, headers: [] }
}
