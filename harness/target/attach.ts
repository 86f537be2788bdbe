import * as z from 'zod'
import type { Provision } from '../../fixtures/world/provision.ts'
import type { Clock } from '../../protocols/clock.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { ClockDriver } from '../clock/universe-clock.ts'
import type { RegistrationWay } from '../control/registration.ts'
import type { Reader, Restart } from '../control/inside.ts'
import type { KeyRotation, MetadataRefresh } from '../control/asked.ts'
import type { WebCertificate } from '../wire/presented.ts'
import { ms, origin, path, text } from './fields.ts'

const launchedSchema = z.strictObject({
  command: z.array(text).min(1).meta({
    description:
      'Program and arguments. {port}, {ports} (one for each node), {port2} (another free one), {origin}, {provision}, {cert}, {key}, {ca}, {scratch} (an empty folder, kept over restarts) and {node} (this Node.js) are replaced in each of them.',
  }),
  cwd: text.exactOptional().meta({ description: 'Where to start it, relative to the target file. Default: there.' }),
  env: z
    .record(z.string(), z.string())
    .exactOptional()
    .meta({ description: 'More environment; the same words are replaced.' }),
  also: z
    .array(
      z.string().regex(/^https:\/\/(localhost|127(\.\d+){3}):[^/:]+$/, 'must be https://localhost:{port2} or the like'),
    )
    .exactOptional()
    .meta({ description: 'Further origins of the target on this machine; {port} and {port2} are replaced.' }),
  ready: z
    .strictObject({
      path: path.default('/').meta({ description: 'Asked until it answers with a status below 500.' }),
      within: ms.default(15_000).meta({ description: 'Milliseconds.' }),
    })
    .prefault({}),
  stop: z
    .strictObject({
      signal: z.enum(['SIGTERM', 'SIGINT', 'SIGKILL']).default('SIGTERM'),
      within: ms.default(3_000).meta({ description: 'Milliseconds until it is killed.' }),
    })
    .prefault({}),
  instances: z.enum(['one', 'many']).default('many').meta({ description: '"one": never start two at a time.' }),
})

const listen = z
  .ipv4()
  .exactOptional()
  .meta({ description: 'On which address to listen for it. Default: 127.0.0.1, for a target on this machine.' })

const running = {
  origins: z.strictObject({
    party: origin.meta({
      description:
        'Where it is reached: a broker by relying parties and OAuth clients, a relying party by its visitors, a token cache by its callers.',
    }),
    also: z.array(origin).exactOptional().meta({
      description:
        'Its further origins, such as that of its sign-in pages: who is sent there is still with the target.',
    }),
  }),
  provision: text.meta({ description: 'The provision document it was set up with, relative to the target file.' }),
  ca: text.exactOptional().meta({ description: "A PEM file with the authority of the target's TLS certificate." }),
  authorisation: z
    .strictObject({
      by: text.meta({ description: 'Who allows it.' }),
      until: z.iso.date().meta({ description: 'Its last day, in UTC.' }),
      token: z
        .string()
        .min(16)
        .meta({ description: 'Its SHA-256, in hexadecimal, is served by each origin at /.well-known/brokerspec.' }),
    })
    .exactOptional()
    .meta({ description: 'Permission to attack a target that is not on this machine; on loopback none is needed.' }),
}

const runningSchema = z.strictObject({
  ...running,
  mocks: z.strictObject({
    idp: origin.meta({ description: 'Where it expects the identity provider: https://localhost:<port>.' }),
    listen,
  }),
})

/** A relying party that is running: it expects a broker. */
export const runningParty = z.strictObject({
  ...running,
  mocks: z.strictObject({
    broker: origin.meta({ description: 'Where it expects the broker: https://localhost:<port>.' }),
    listen,
  }),
})

/** A token cache that is running: it expects a broker, and behind that the token services and the resources. */
export const runningCache = z.strictObject({
  ...running,
  mocks: z.strictObject({
    broker: origin.meta({ description: 'Where it expects the broker: https://localhost:<port>.' }),
    idp: origin.meta({ description: 'Where it expects token services and resources: https://localhost:<port>.' }),
    listen,
  }),
})

/** The two ways of attaching that a file without code can name. */
export const attachSchemas = { command: launchedSchema, origins: runningSchema } as const

/** What an in-process target is given: a wire to the mocks, the time, and the origin under which it is reached. */
export type Surroundings = { wire: Wire; clock: Clock; origin: string }

/**
 * An in-process target that has been opened. `clock` moves a clock of its own; without it, it reads the one it was given.
 * `rotateKey` replaces the key that it signs tokens with; `refreshMetadata` has a relying party read its broker's metadata again. `nodes` are its nodes, when there are several behind its name. `storage`
 * gives everything the database holds, as the target reads it, `storageRaw` its bytes at rest, `logs` the log; `restart` is done once
 * the target can be asked again. `registration` begins that of a party. `webCertificate` gives the certificate, as PEM or base64 of DER,
 * that the target presents to whoever reaches it by TLS where it really runs.
 */
export type Running = {
  wire: Wire
  nodes?: readonly Wire[]
  close?: () => Promise<void>
  clock?: ClockDriver
  rotateKey?: KeyRotation
  refreshMetadata?: MetadataRefresh
  storage?: Reader
  storageRaw?: Reader
  logs?: Reader
  restart?: Restart
  registration?: RegistrationWay
  webCertificate?: WebCertificate
}

export type Launched = z.infer<typeof launchedSchema>
export type AlreadyRunning = z.infer<typeof runningSchema> | z.infer<typeof runningParty> | z.infer<typeof runningCache>
/** What is opened within this process. What it must know depends on its role. */
export type InProcess<Known = Provision> = { open(provision: Known, io: Surroundings): Promise<Running> | Running }
export type Attach<Known = Provision> = InProcess<Known> | Launched | AlreadyRunning
/** An attachment as a file writes it down. */
export type FileAttach<Known = Provision> =
  | InProcess<Known>
  | z.input<typeof launchedSchema>
  | z.input<typeof runningSchema>
  | z.input<typeof runningParty>
  | z.input<typeof runningCache>
