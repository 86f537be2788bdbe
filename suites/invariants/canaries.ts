import type { World } from '../../fixtures/world/world.ts'
import type { Dump } from '../../harness/control/dump.ts'
import type { Scanner, Sighting } from '../../harness/record/canaries.ts'
import { scannerOf, secretCanaries } from '../../harness/record/canaries.ts'
import type { Exchange } from '../../harness/record/exchange.ts'
import type { Pairs, WireRequest, WireResponse } from '../../protocols/wire.ts'
import { urlOf } from '../../protocols/wire.ts'

/** A secret in a message: in which half of the exchange, and where. */
export type Seen = Sighting & { half: 'request' | 'answer'; place: string }

const scanners = new WeakMap<World, Scanner>()
const scannerFor = (world: World): Scanner => {
  const scanner = scanners.get(world) ?? scannerOf(secretCanaries(world))
  scanners.set(world, scanner)
  return scanner
}

const known = new WeakMap<Exchange, readonly Seen[]>()

/**
 * The client secrets and passwords of a world in an exchange: in its URL and headers, and where the target takes part in its bodies,
 * since everybody else may lawfully send them. Each exchange is looked through once, whoever asks.
 */
export const secretsIn = (exchange: Exchange, world: World): readonly Seen[] => {
  const { request, response, from, to } = exchange
  const scan = scannerFor(world)
  const ofTarget = from === 'target' || to === 'target'
  const seen = known.get(exchange) ?? [
    ...halfIn('request', request, [['URL', urlOf(request)]], ofTarget, scan),
    ...(response ? halfIn('answer', response, [], ofTarget, scan) : []),
  ]
  known.set(exchange, seen)
  return seen
}

const halfIn = (
  half: Seen['half'],
  { headers, body }: WireRequest | WireResponse,
  more: Pairs,
  withBody: boolean,
  scan: Scanner,
): Seen[] => {
  const inText = (place: string, text: string | Uint8Array) =>
    scan(text).map((sighting): Seen => ({ ...sighting, half, place }))
  const all = headers.map(([name, value]) => `${name}: ${value}`)
  return [
    ...more.flatMap(([place, text]) => inText(place, text)),
    ...(scan(all.join('\n')).length === 0
      ? []
      : headers.flatMap(([name], index) => inText(name.toLowerCase(), all[index] ?? ''))),
    ...(withBody && body && body.length > 0 ? inText('body', body) : []),
  ]
}

/** Every secret in a dump, and where it is. */
export const secretsHeld = (dump: Dump, world: World): (Sighting & { place: string })[] =>
  dump.flatMap(({ name, bytes }) => scannerFor(world)(bytes).map((sighting) => ({ ...sighting, place: name })))

/** A message in words: what was asked, by whom and whom. */
export const messageOf = ({ request, from, to }: Exchange): string =>
  `${request.method} ${request.rawPath.split('?', 1)[0]} from ${from} to ${to}`
