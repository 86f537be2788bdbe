import { createHash } from 'node:crypto'
import type { Wire } from '../../protocols/wire.ts'
import { textOf } from '../../protocols/wire.ts'
import type { AlreadyRunning } from '../target/target.ts'
import { Trouble } from '../trouble.ts'

/** Where a host says that it may be attacked: one line for each token, its SHA-256 in hexadecimal. */
export const permissionPath = '/.well-known/brokerspec'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Whether an origin is on this machine by its name. */
export const isLoopback = (origin: string): boolean => loopback.test(new URL(origin).hostname)

/** The origins of a running target, each with the field that names it. */
export const namedOrigins = ({ origins: { party, also = [] } }: AlreadyRunning): [string, string][] => [
  ['attach.origins.party', party],
  ...also.map((one, index): [string, string] => [`attach.origins.also.${index}`, one]),
]

/**
 * Makes sure that every origin and every node of a target may be attacked: it is on this machine, or the target file states who allows it
 * and until when, and the origin itself serves the SHA-256 of the token. `now` is real time in ms, whatever clocks are moved.
 *
 * @throws Trouble when permission is not stated, is over or is not confirmed; when an origin does not answer.
 */
export const requirePermission = async (
  attach: AlreadyRunning,
  wire: Wire,
  { now, within, nodes = [] }: { now: number; within: number; nodes?: readonly { address: string; wire: Wire }[] },
): Promise<void> => {
  const named = namedOrigins(attach).map(([place, origin]) => ({ place, origin, at: origin, wire }))
  const { party } = attach.origins
  const foreign = [
    ...named,
    ...nodes.map((node, index) => ({
      place: `control.nodes.${index} (${node.address})`,
      origin: party,
      at: `https://${node.address}`,
      wire: node.wire,
    })),
  ].filter(({ at }) => !isLoopback(at))
  const [first] = foreign
  if (first === undefined) return
  const { authorisation } = attach
  if (authorisation === undefined) {
    throw new Trouble('usage', {
      place: `${first.place}: ${first.origin}`,
      problem: 'it is not on this machine, and nothing is attacked elsewhere without proof of permission',
      mend: `run brokerspec on the machine of the target and name it by localhost or 127.0.0.1; or state attach.authorisation (by, until, token) and serve the SHA-256 of the token at ${permissionPath} there`,
    })
  }
  const { by, until, token } = authorisation
  if (now >= Date.parse(until) + day) {
    throw new Trouble('usage', {
      place: `attach.authorisation.until: ${until}`,
      problem: `the permission that ${by} gave is over`,
      mend: 'ask for it again, and write down its new last day',
    })
  }
  const digest = createHash('sha256').update(token).digest('hex')
  for (const { place, origin, wire: to } of foreign) await requireDigest(to, { place, origin, digest, within })
}

const day = 86_400_000

const requireDigest = async (
  wire: Wire,
  { place, origin, digest, within }: { place: string; origin: string; digest: string; within: number },
) => {
  const request = { method: 'GET', origin: new URL(origin).origin, rawPath: permissionPath, headers: [] }
  const { status, ...answer } = await wire(request, AbortSignal.timeout(within)).catch((cause: unknown) => {
    throw unanswered(place, origin, cause)
  })
  const lines = textOf(answer).split(/\r?\n/).map((line) => line.trim().toLowerCase()) // prettier-ignore
  if (status === 200 && lines.includes(digest)) return
  throw new Trouble('usage', {
    place: `${place}: ${origin}`,
    problem: `${origin}${permissionPath} does not confirm the permission: ${status === 200 ? 'another text is there' : `status ${status}`}`,
    mend: `serve there, with status 200, the SHA-256 of attach.authorisation.token: ${digest}`,
  })
}

/** A target that is not there. */
export const unanswered = (place: string, origin: string, cause: unknown): Trouble =>
  new Trouble('unreachable', {
    place: `${place}: ${origin}`,
    problem: `the target does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
    mend: 'start it, and give its certificate authority as attach.ca if it has one of its own',
  })
