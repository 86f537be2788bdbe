import { HttpResponse, http } from 'msw'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import { queryOf } from '../../protocols/form.ts'
import type { Wire } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import type { Decisions } from '../decisions.ts'
import { honestRecords } from '../decisions.ts'
import { originalOf, wireOf } from '../wire.ts'
import { answerAppOnly, appOnlyForm, newAppOnlyMemory } from './app-only.ts'
import { authorizeHandlers, newAuthorizeState } from './authorize.ts'
import { federationHandlers, newFederation, shownRefusal } from './federation.ts'
import { newTokenState, tokenHandlers } from './redeem.ts'
import { refusing, shownError } from './refuse.ts'
import type { Registered } from './registration.ts'
import { newRegistry, registrationHandlers } from './registration.ts'
import type { Tenancy } from './registration-policies.ts'
import { readRequest } from './request.ts'
import type { Signing } from './signing.ts'
import { makeSigning } from './signing.ts'
import type { Happening } from './store-policies.ts'

/**
 * What a broker is given: its own origin, the time, a wire to the identity provider, and how it decides on each of its
 * sides. Who hands it `signing` can rotate its keys; its own are made when they are first wanted. `tells` hears what happens,
 * `registers` what is registered beside what the provision and `tenancies` say.
 */
export type BrokerParts = Decisions & {
  origin: string
  clock: Clock
  wire: Wire
  signing?: Signing
  tells?: (happening: Happening) => void
  tenancies?: readonly Tenancy[]
  registers?: (registered: Registered) => void
}

/** The reference broker on one node. */
export const makeBroker = (provision: Provision, parts: BrokerParts): Wire => {
  const [only] = makeNodes(provision, parts, 1)
  if (only === undefined) throw new TypeError('a broker has at least one node')
  return only
}

/**
 * The reference broker: sign-in and sign-out over WS-Federation (TRUST: Authentication), the authorize flow and the
 * token requests that follow it (TRUST: Authorization Flow; Access Token Flow). It keeps no state outside this call and takes its time from `clock`.
 * Its nodes share sessions, signing keys and, as far as the policies say, what is pending.
 */
export const makeNodes = (known: Provision, parts: BrokerParts, count: number): Wire[] => {
  const provision = { ...known, parties: [...known.parties] }
  const { policies, token, appOnly, signIn, registration } = { ...honestRecords, ...parts }
  const { origin, clock, wire, tenancies = [], tells = unheard, registers = unheard } = parts
  const { signing = makeSigning(new URL(origin).hostname) } = parts
  const get = (url: string) => documentAt(url, wire)
  const refuse = refusing(policies, origin)

  const authorizing = newAuthorizeState(clock, policies)
  const redeeming = newTokenState()
  const registry = newRegistry(clock, provision.parties, tenancies)
  const federation = newFederation(clock, signIn, signing, tells)
  const memory = newAppOnlyMemory()

  const makeNode = (node: number): Wire =>
    wireOf([
      ...authorizeHandlers({ ...authorizing, provision, origin, policies, node, tells, refuse, get }),
      ...tokenHandlers({ ...redeeming, provision, origin, policies, token, wire, tells, refuse }),
      http.post(origin + appOnlyForm.path, ({ request }) =>
        answerAppOnly(readRequest(request), { provision, policies: appOnly, now: clock.now(), wire, get, memory }),
      ),
      ...registrationHandlers({ provision, registry, policies: registration, origin, clock, registers }),
      ...federationHandlers({ ...federation, provision, origin, clock, policies: signIn, node, get }),
      http.get(
        `${origin}/error`,
        ({ request }) =>
          shownError(readRequest(request), policies) ??
          shownRefusal(queryOf(originalOf(request).rawPath), { policies: signIn }) ??
          new HttpResponse(null, { status: 404 }),
      ),
      http.get(`${origin}/health`, () => HttpResponse.text('ok')),
    ])
  return Array.from({ length: count }, (_, node) => makeNode(node))
}

const unheard = () => undefined

const documentAt = async (url: string, wire: Wire): Promise<string> => {
  const { origin, pathname, search } = new URL(url)
  return textOf(await wire({ method: 'GET', origin, rawPath: pathname + search, headers: [] }))
}
