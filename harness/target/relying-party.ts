import * as z from 'zod'
import type { PartyProvision } from '../../fixtures/world/party-provision.ts'
import { everyKind } from '../../fixtures/world/slice.ts'
import type { WireResponse } from '../../protocols/wire.ts'
import type { ClockDriver } from '../clock/universe-clock.ts'
import type { InsideControl } from '../control/inside.ts'
import { insideSchemas } from '../control/schema.ts'
import type { MetadataRefresh } from '../control/asked.ts'
import type { Attach, FileAttach } from './attach.ts'
import { ms, nodes, path, text } from './fields.ts'

/** What a relying party may lack without being wrong. */
const capabilities = ['clock', 'refresh-metadata', 'second-party', 'storage', 'logs', 'restart', 'nodes'] as const

const pages = {
  page: path.meta({ description: 'A protected page: who has no session is sent to the broker.' }),
  reply: path.meta({ description: 'Where sign-in responses are posted to; it is registered with the broker.' }),
  realm: text
    .default('{origin}/')
    .meta({ description: 'Its wtrealm, which is the audience of its tokens. {origin} is replaced by its origin.' }),
  whoami: path.meta({
    description:
      'A GET answers who is signed in, as JSON: {"name": the name identifier, "claims": {a claim type: [its values]}}. Nobody is signed in when it answers anything else.',
  }),
  signOut: path.exactOptional().meta({
    description: 'A GET signs out. Default: the reply with wa=wsignout1.0, in the plain form of WS-Federation.',
  }),
  cleanUp: path.exactOptional().meta({
    description: 'A GET cleans up after a sign-out elsewhere. Default: the reply with wa=wsignoutcleanup1.0.',
  }),
}

const profileSchema = z
  .strictObject({
    skew: z.int().min(0).default(600).meta({ description: 'Clock skew the target allows, in seconds.' }),
    requestMs: ms.default(10_000).meta({ description: 'How long one answer may take, in ms.' }),
    checkMs: ms.default(300_000).meta({ description: 'How long one check may take, in ms.' }),
    tokenVersions: z
      .array(z.enum(everyKind.tokenVersions))
      .min(1)
      .default([...everyKind.tokenVersions])
      .meta({ description: 'The versions of SAML that it is registered for. The documents want both.' }),
  })
  .prefault({})

/** What the file of a relying party has beside what every target file has. */
export const partyParts = {
  role: z.literal('relying-party'),
  party: z.strictObject({
    ...pages,
    anonymous: path.exactOptional().meta({ description: 'A page that is open to everybody.' }),
    second: z.strictObject(pages).exactOptional().meta({
      description: 'Another party of the same product, at other paths of the same origin: capability "second-party".',
    }),
  }),
  capabilities: z.array(z.enum(capabilities)).default([]),
  profile: profileSchema,
  control: z
    .strictObject({
      clock: z.strictObject({ path }).exactOptional(),
      refreshMetadata: z.strictObject({ path }).exactOptional().meta({
        description:
          "An empty POST to this path has the party read the broker's federation metadata again. It is answered with 2xx once that is done.",
      }),
      nodes: nodes.exactOptional(),
      ...insideSchemas,
    })
    .exactOptional(),
}

export type PartyProfile = z.infer<typeof profileSchema>

/** Who is signed in, as a party says it: the name identifier, and every claim by its type. */
export type Identity = { name: string; claims: Readonly<Record<string, readonly string[]>> }

/** How one relying party is reached: paths from the origin of the target. */
export type PartyPages = {
  page: string
  reply: string
  realm: string
  /** In a module, the answer may be read by a function of its own; `undefined`: nobody is signed in. */
  whoami: string | { path: string; read(answer: WireResponse): Identity | undefined }
  signOut?: string
  cleanUp?: string
}

/** How a relying party is driven. */
export type PartyDriver = PartyPages & { anonymous?: string; second?: PartyPages }

/** What moves a relying party beside its own pages. */
export type PartyControl = InsideControl & {
  clock?: { path: string } | ClockDriver
  refreshMetadata?: { path: string } | MetadataRefresh
  nodes?: number | string[]
}

/** What a relying party has beside what every target has. */
export type PartyParts = {
  party: PartyDriver
  capabilities: (typeof capabilities)[number][]
  attach: Attach<PartyProvision>
  profile: PartyProfile
  control?: PartyControl
}

type Given<Pages extends PartyPages> = Omit<Pages, 'realm'> & { realm?: string }

/** A relying party as a target file writes it down. */
export type PartyDefinition = {
  schema: 1
  role: 'relying-party'
  subject: { name: string; version: string }
  party: Given<PartyPages> & { anonymous?: string; second?: Given<PartyPages> }
  capabilities?: PartyParts['capabilities']
  attach: FileAttach<PartyProvision>
  profile?: z.input<typeof profileSchema>
  control?: PartyControl
}
