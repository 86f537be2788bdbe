import * as z from 'zod'
import { declaredCapabilities, operations, roles } from '../../fixtures/clauses/clause.ts'
import type { DeclaredCapability, Role } from '../../fixtures/clauses/clause.ts'
import type { DeclaredRow } from '../../fixtures/error-table.ts'
import { errorRowIds, triggeredRowIds } from '../../fixtures/error-table.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { everyKind } from '../../fixtures/world/slice.ts'
import type { Clock } from '../../protocols/clock.ts'
import type { Wire } from '../../protocols/wire.ts'
import type { ClockDriver } from '../clock/universe-clock.ts'
import type { InsideControl, Reader, Restart } from '../control/inside.ts'
import { insideSchemas } from '../control/schema.ts'
import type { KeyRotation } from '../keys/rotation.ts'
import type { DialectChoice } from '../dialects/resolve.ts'
import { variedParameters } from '../dialects/authorize.ts'
import type { Triggers } from '../dialects/trigger.ts'
import { refusalNames, responseModes } from '../dialects/dialect.ts'

import { dialectNames } from '../dialects/resolve.ts'
import { formSchemas } from './form-schemas.ts'

const tokenVersions = everyKind.tokenVersions
const text = z.string().min(1)
const path = z.string().regex(/^\//, 'must begin with "/"')
const origin = z.url({ protocol: /^https$/ }).regex(/^https:\/\/[^/]+$/, 'must be an https origin without a path')

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
      within: z.int().positive().default(15_000).meta({ description: 'Milliseconds.' }),
    })
    .prefault({}),
  stop: z
    .strictObject({
      signal: z.enum(['SIGTERM', 'SIGINT', 'SIGKILL']).default('SIGTERM'),
      within: z.int().positive().default(3_000).meta({ description: 'Milliseconds until it is killed.' }),
    })
    .prefault({}),
  instances: z.enum(['one', 'many']).default('many').meta({ description: '"one": never start two at a time.' }),
})

const runningSchema = z.strictObject({
  origins: z.strictObject({
    party: origin.meta({ description: 'Where relying parties and OAuth clients reach it.' }),
    also: z.array(origin).exactOptional().meta({
      description:
        'Its further origins, such as that of its sign-in pages: who is sent there is still with the target.',
    }),
  }),
  provision: text.meta({ description: 'The provision document it was set up with, relative to the target file.' }),
  mocks: z.strictObject({
    idp: origin.meta({ description: 'Where it expects the identity provider: https://localhost:<port>.' }),
    listen: z
      .ipv4()
      .exactOptional()
      .meta({ description: 'On which address to listen for it. Default: 127.0.0.1, for a target on this machine.' }),
  }),
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
})

const pathNames = ['authorize', 'callback', 'token', 'signIn', 'reply', 'metadata', 'trust'] as const
const dialectSchema = z.union([
  z.enum(dialectNames),
  z.strictObject({
    extends: z.enum(dialectNames),
    paths: z
      .strictObject(
        Object.fromEntries(pathNames.map((one) => [one, path.exactOptional()])) as Record<
          (typeof pathNames)[number],
          z.ZodExactOptional<typeof path>
        >,
      )
      .exactOptional(),
    wording: z
      .partialRecord(z.enum(refusalNames), text)
      .exactOptional()
      .meta({ description: 'The texts by which refusals are known.' }),
    upstream: z.boolean().exactOptional().meta({ description: 'False: the target signs users in itself.' }),
    realmPath: path
      .nullable()
      .exactOptional()
      .meta({ description: 'Stands before the authorize and the token path to name a {realm}.' }),
    versionPath: path.nullable().exactOptional().meta({ description: 'The authorize path for a {version} of OAuth.' }),
    responseMode: z.enum(responseModes).exactOptional().meta({
      description: 'How an answer comes back from upstream: in the query of the callback, or as a form posted to it.',
    }),
    trustVersion: z
      .enum(['2005/02', '1.3'])
      .exactOptional()
      .meta({ description: 'The edition of WS-Trust in which tokens are asked for. Default: 1.3.' }),
    parameters: z
      .record(
        text.regex(new RegExp(`^(?!(?:${variedParameters.join('|')})$)`), 'is varied by the checks'),
        text.nullable(),
      )
      .exactOptional()
      .meta({
        description:
          'More parameters of an authorization request; "resource": null leaves that away. The checks put in the others themselves.',
      }),
    tokenVersionPath: path.nullable().exactOptional().meta({ description: 'The token path for a {version} of OAuth.' }),
    ...(Object.fromEntries(operations.map((name) => [name, z.null().exactOptional()])) as Record<
      (typeof operations)[number],
      z.ZodExactOptional<z.ZodNull>
    >),
    ...formSchemas,
  }),
])

const triggerSchema = z.strictObject({
  path: path.meta({
    description:
      'Path and query. {realm}, {reply}, {tenant} and {client} are replaced by a registered party, its URL, its tenant and a client, percent-encoded.',
  }),
  form: z
    .record(text, z.string())
    .exactOptional()
    .meta({ description: 'Posted to the path as a form; the same words are replaced. Absent: a GET.' }),
  headers: z.record(text, z.string()).exactOptional().meta({ description: 'More headers.' }),
})

const rowSchema = z.strictObject({
  row: z.enum(errorRowIds),
  code: text.exactOptional(),
  id: text.exactOptional(),
  status: z.int().min(100).max(599).exactOptional(),
}) satisfies z.ZodType<DeclaredRow>

const profileSchema = z
  .strictObject({
    skew: z.int().min(0).default(600).meta({ description: 'Clock skew the target allows, in seconds.' }),
    requestMs: z.int().positive().default(10_000).meta({ description: 'How long one answer may take, in ms.' }),
    checkMs: z.int().positive().default(300_000).meta({ description: 'How long one check may take, in ms.' }),
    tokenHours: z.number().positive().exactOptional().meta({
      description:
        'How long the tokens that the target issues to parties live, in hours. Default: 8 in the documented dialect, open in others.',
    }),
    tokenVersions: z
      .array(z.enum(tokenVersions))
      .min(1)
      .default([...tokenVersions])
      .meta({ description: 'The versions of SAML that parties can be registered for.' }),
    stateBytes: z
      .int()
      .positive()
      .default(1024)
      .meta({ description: 'The longest state the target gives back intact.' }),
    errorTable: z.array(rowSchema).exactOptional().meta({
      description:
        "The target's own error table, as far as it shows it: code and id stand on the page of a row, the status is the page's.",
    }),
    claims: z.record(text, z.array(text)).exactOptional().meta({
      description:
        "Every claim that a party is told, by its type, with the upstream claims that it may carry, by type or by name; the first that is there counts. None: it is the target's own. Absent: not declared, and not compared.",
    }),
  })
  .prefault({})

const parts = {
  schema: z.literal(1),
  role: z.enum(roles),
  subject: z.strictObject({ name: text, version: text }),
  dialect: dialectSchema.default('k2trust'),
  capabilities: z.array(z.enum(declaredCapabilities)).default([]),
  profile: profileSchema,
  control: z
    .strictObject({
      clock: z.strictObject({ path }).exactOptional(),
      rotateKey: z.strictObject({ path }).exactOptional().meta({
        description:
          'An empty POST to this path replaces the key that tokens are signed with, at all nodes. It is answered with 2xx once new tokens are signed with the new key and its certificate is published.',
      }),
      nodes: z
        .union([z.int().min(2).max(16), z.array(z.string().regex(/^[^\s/:]+:\d+$/, 'must be host:port')).min(2)])
        .exactOptional()
        .meta({
          description:
            'The nodes behind the one name. For a command: how many it starts, on the ports of {ports}. For a target that is running: the address of each, as host:port.',
        }),
      ...insideSchemas,
      triggers: z.partialRecord(z.enum(triggeredRowIds), triggerSchema).exactOptional().meta({
        description: 'For rows of the error table without a documented cause: a request that ends in the row.',
      }),
    })
    .exactOptional(),
}

/** The two ways of attaching that a file without code can name. */
export const attachSchemas = { command: launchedSchema, origins: runningSchema } as const

/** Everything of a target file but how it is attached. */
export const targetPartsSchema = z.object(parts)

/** A target file as JSON. */
export const targetFileSchema = z
  .strictObject({ $schema: z.string().exactOptional(), ...parts, attach: z.union([launchedSchema, runningSchema]) })
  .meta({
    title: 'brokerspec target file',
    description: 'How to reach a target, how it is spoken to, and what it can do.',
  })

/** What an in-process target is given: a wire to the mocks, the time, and the origin under which it is reached. */
export type Surroundings = { wire: Wire; clock: Clock; origin: string }

/**
 * An in-process target that has been opened. `clock` moves a clock of its own; without it, it reads the one it was given.
 * `rotateKey` replaces the key that it signs tokens with. `nodes` are its nodes, when there are several behind its name. `storage`
 * gives everything the database holds, as the target reads it, `storageRaw` its bytes at rest, `logs` the log; `restart` is done once
 * the target can be asked again.
 */
export type Running = {
  wire: Wire
  nodes?: readonly Wire[]
  close?: () => Promise<void>
  clock?: ClockDriver
  rotateKey?: KeyRotation
  storage?: Reader
  storageRaw?: Reader
  logs?: Reader
  restart?: Restart
}

export type Launched = z.infer<typeof launchedSchema>
export type AlreadyRunning = z.infer<typeof runningSchema>
export type InProcess = { open(provision: Provision, io: Surroundings): Promise<Running> | Running }
export type Attach = InProcess | Launched | AlreadyRunning
export type Profile = z.infer<typeof profileSchema>

/** What moves a target beside the party-facing plane. */
export type Control = InsideControl & {
  clock?: { path: string } | ClockDriver
  rotateKey?: { path: string } | KeyRotation
  nodes?: number | string[]
  triggers?: Triggers
}

/** A target, with everything that was left out filled in. `directory` is where its file lies. */
export type Target = {
  schema: 1
  role: Role
  subject: { name: string; version: string }
  dialect: DialectChoice
  capabilities: DeclaredCapability[]
  attach: Attach
  profile: Profile
  control?: Control
  directory: string
}

type FileAttach = InProcess | z.input<typeof launchedSchema> | z.input<typeof runningSchema>

/** A target as a file writes it down. */
export type TargetDefinition = {
  schema: 1
  role: Role
  subject: { name: string; version: string }
  dialect?: DialectChoice
  capabilities?: DeclaredCapability[]
  attach: FileAttach
  profile?: z.input<typeof profileSchema>
  control?: Control
}

/** Types a target file; what it says is checked when it is loaded. */
export const defineTarget = (definition: TargetDefinition): TargetDefinition => definition
