import * as z from 'zod'
import type { CacheProvision } from '../../fixtures/world/cache-provision.ts'
import type { ClockDriver } from '../clock/universe-clock.ts'
import type { InsideControl } from '../control/inside.ts'
import { insideSchemas } from '../control/schema.ts'
import type { RequestTemplate } from '../dialects/form-template.ts'
import type { Attach, FileAttach } from './attach.ts'
import { nodes, path, text } from './fields.ts'

/** What a token cache may lack without being wrong. */
const capabilities = ['clock', 'inbound', 'app-only', 'restart', 'storage', 'storage-raw', 'logs', 'nodes', 'high-trust', 'provision'] as const // prettier-ignore

const fields = z.record(text, z.string())
const template = (description: string) =>
  z
    .strictObject({ path, form: fields.exactOptional(), headers: fields.exactOptional() })
    .meta({ description: `${description} Posted where there is a form, else a GET.` })

/** Where the documents have the public key of high trust. */
const metadataPath = '/autodiscover/api/metadatadocument'

const answer =
  'Answered in JSON: {"outcome": "data"} once the resource gave data, {"outcome": "no-token", "trustUrl": where the user agrees}, or {"outcome": "failed"}.'

const driver = {
  callback: path.meta({
    description: 'Where a trust dialog comes back to; it is registered with the broker, for every resource.',
  }),
  call: template(
    `Has it call a resource for a user. {user}, {realm}, {resource} and {audience} are replaced: a name, the id of a tenant, and id and audience of a resource of the provision document. ${answer}`,
  ),
  serviceAccount: template(
    `The same for its service account; {realm}, {resource} and {audience} are replaced. Absent: it has none.`,
  ).exactOptional(),
  appOnly: template(
    `Has it call a resource for the app alone. {realm}, {resource} and {audience} are replaced, and {user}, which is a user of the realm who has a token. ${answer} Capability "app-only".`,
  ).exactOptional(),
  inbound: template(
    'Calls it with a bearer token of the caller: {token} is replaced. A token is accepted where the answer is 2xx and says the name of its user. Capability "inbound".',
  ).exactOptional(),
  onPremises: z
    .strictObject({
      call: template(
        `Has it call a farm of SharePoint on-premises for a user, by tokens that it signs itself. {user}, {realm}, {resource} and {audience} are replaced by the name of the user, and by realm, id and audience of a farm of the provision document. ${answer}`,
      ),
      metadata: path.default(metadataPath).meta({ description: 'Where its metadata document is.' }),
    })
    .exactOptional()
    .meta({ description: 'High trust. Capability "high-trust".' }),
}

const profileSchema = z
  .strictObject({
    skew: z.int().min(0).default(600).meta({ description: 'Clock skew the target allows, in seconds.' }),
    requestMs: z.int().positive().default(10_000).meta({ description: 'How long one answer may take, in ms.' }),
    checkMs: z.int().positive().default(300_000).meta({ description: 'How long one check may take, in ms.' }),
    margin: z.int().min(10).max(1200).default(60).meta({
      description:
        'How many seconds before its end an access token is renewed. The documents say 60; any other value is told as such.',
    }),
    through: z.enum(['broker', 'token-service', 'entra']).default('broker').meta({
      description:
        'Where tokens are renewed. The documents say: through the broker. Else at the token service itself: that of SharePoint, or Entra ID.',
    }),
  })
  .prefault({})

/** What the file of a token cache has beside what every target file has. */
export const cacheParts = {
  role: z.literal('token-cache'),
  cache: z.strictObject(driver),
  capabilities: z.array(z.enum(capabilities)).default([]),
  profile: profileSchema,
  control: z
    .strictObject({
      clock: z.strictObject({ path }).exactOptional(),
      nodes: nodes.exactOptional(),
      ...insideSchemas,
    })
    .exactOptional(),
}

export type CacheProfile = z.infer<typeof profileSchema>

/** How a token cache is driven. */
export type CacheDriver = {
  callback: string
  call: RequestTemplate
  serviceAccount?: RequestTemplate
  appOnly?: RequestTemplate
  inbound?: RequestTemplate
  onPremises?: { call: RequestTemplate; metadata: string }
}

/** What moves a token cache beside its driver. */
export type CacheControl = InsideControl & { clock?: { path: string } | ClockDriver; nodes?: number | string[] }

/** What a token cache has beside what every target has. */
export type CacheParts = {
  cache: CacheDriver
  capabilities: (typeof capabilities)[number][]
  attach: Attach<CacheProvision>
  profile: CacheProfile
  control?: CacheControl
}

/** A token cache as a target file writes it down. */
export type CacheDefinition = {
  schema: 1
  role: 'token-cache'
  subject: { name: string; version: string }
  cache: Omit<CacheDriver, 'onPremises'> & { onPremises?: { call: RequestTemplate; metadata?: string } }
  capabilities?: CacheParts['capabilities']
  attach: FileAttach<CacheProvision>
  profile?: z.input<typeof profileSchema>
  control?: CacheControl
}
