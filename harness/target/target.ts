import * as z from 'zod'
import { declaredCapabilities, operations } from '../../fixtures/clauses/clause.ts'
import type { DeclaredCapability } from '../../fixtures/clauses/clause.ts'
import type { DeclaredRow } from '../../fixtures/error-table.ts'
import { errorRowIds, triggeredRowIds } from '../../fixtures/error-table.ts'
import { everyKind } from '../../fixtures/world/slice.ts'
import type { ClockDriver } from '../clock/universe-clock.ts'
import type { InsideControl } from '../control/inside.ts'
import type { RegistrationWay } from '../control/registration.ts'
import { insideSchemas, registrationSchema } from '../control/schema.ts'
import type { KeyRotation } from '../control/asked.ts'
import type { DialectChoice } from '../dialects/resolve.ts'
import { variedParameters } from '../dialects/authorize.ts'
import type { Triggers } from '../dialects/trigger.ts'
import { refusalNames, responseModes } from '../dialects/dialect.ts'
import { dialectNames } from '../dialects/resolve.ts'
import type { JudgedRole } from '../roles/role.ts'
import type { Attach, FileAttach } from './attach.ts'
import { attachSchemas, runningCache, runningParty } from './attach.ts'
import { ms, nodes, path, text } from './fields.ts'
import { formSchemas } from './form-schemas.ts'
import type { PartyDefinition, PartyParts } from './relying-party.ts'
import { partyParts } from './relying-party.ts'
import type { CacheDefinition, CacheParts } from './token-cache.ts'
import { cacheParts } from './token-cache.ts'

export type { AlreadyRunning, Attach, InProcess, Launched, Running, Surroundings } from './attach.ts'

const tokenVersions = everyKind.tokenVersions
const pathNames = ['authorize', 'callback', 'token', 'signIn', 'reply', 'metadata', 'trust'] as const
const dialectSchema = z.union(
  [
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
      versionPath: path
        .nullable()
        .exactOptional()
        .meta({ description: 'The authorize path for a {version} of OAuth.' }),
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
      tokenVersionPath: path
        .nullable()
        .exactOptional()
        .meta({ description: 'The token path for a {version} of OAuth.' }),
      ...(Object.fromEntries(operations.map((name) => [name, z.null().exactOptional()])) as Record<
        (typeof operations)[number],
        z.ZodExactOptional<z.ZodNull>
      >),
      ...formSchemas,
    }),
  ],
  { error: `must be ${dialectNames.join(', ')}, or an object that extends one of them` },
)

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
    requestMs: ms.default(10_000).meta({ description: 'How long one answer may take, in ms.' }),
    checkMs: ms.default(300_000).meta({ description: 'How long one check may take, in ms.' }),
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

/** What of a target file every role has. */
const line = text.refine((given) => !/\p{Cc}/u.test(given), 'must be one line of text')
const shared = { schema: z.literal(1), subject: z.strictObject({ name: line, version: line }) }

const brokerParts = {
  role: z.literal('broker', { error: 'must be broker, token-cache or relying-party' }),
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
      nodes: nodes.exactOptional(),
      ...insideSchemas,
      registration: registrationSchema,
      triggers: z.partialRecord(z.enum(triggeredRowIds), triggerSchema).exactOptional().meta({
        description: 'For rows of the error table without a documented cause: a request that ends in the row.',
      }),
    })
    .exactOptional(),
}

/** Everything of a target file but how it is attached, by the role of the target. */
export const targetPartsSchemas = {
  broker: z.strictObject({ ...shared, ...brokerParts }),
  'token-cache': z.strictObject({ ...shared, ...cacheParts }),
  'relying-party': z.strictObject({ ...shared, ...partyParts }),
} as const satisfies Record<JudgedRole, z.ZodType>

const file = { $schema: z.string().exactOptional(), attach: z.union(Object.values(attachSchemas)) }

/** A target file as JSON. */
export const targetFileSchema = z
  .discriminatedUnion('role', [
    targetPartsSchemas.broker.extend(file),
    targetPartsSchemas['token-cache'].extend({ ...file, attach: z.union([attachSchemas.command, runningCache]) }),
    targetPartsSchemas['relying-party'].extend({ ...file, attach: z.union([attachSchemas.command, runningParty]) }),
  ])
  .meta({
    title: 'brokerspec target file',
    description: 'How to reach a target, how it is spoken to, and what it can do.',
  })

export type Profile = z.infer<typeof profileSchema>

/** What moves a target beside the party-facing plane. */
export type Control = InsideControl & {
  clock?: { path: string } | ClockDriver
  rotateKey?: { path: string } | KeyRotation
  nodes?: number | string[]
  triggers?: Triggers
  registration?: RegistrationWay
}

/** What a target of each role has beside what all have. */
type Parts = {
  broker: {
    dialect: DialectChoice
    capabilities: DeclaredCapability[]
    attach: Attach
    profile: Profile
    control?: Control
  }
  'token-cache': CacheParts
  'relying-party': PartyParts
}

/** A target of a role, with everything that was left out filled in. `directory` is where its file lies. */
export type Target<R extends JudgedRole = JudgedRole> = {
  [Each in R]: {
    schema: 1
    role: Each
    subject: { name: string; version: string }
    directory: string
  } & Parts[Each]
}[R]

/** A broker as a target file writes it down. */
export type BrokerDefinition = {
  schema: 1
  role: 'broker'
  subject: { name: string; version: string }
  dialect?: DialectChoice
  capabilities?: DeclaredCapability[]
  attach: FileAttach
  profile?: z.input<typeof profileSchema>
  control?: Control
}

/** A target as a file writes it down. */
export type TargetDefinition = BrokerDefinition | CacheDefinition | PartyDefinition

/** Types a target file; what it says is checked when it is loaded. */
export const defineTarget = <Definition extends TargetDefinition>(definition: Definition): Definition => definition
