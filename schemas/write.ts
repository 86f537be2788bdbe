import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { cacheProvisionSchema } from '../fixtures/world/cache-provision.ts'
import { partyProvisionSchema } from '../fixtures/world/party-provision.ts'
import { provisionSchema } from '../fixtures/world/provision.ts'
import { targetFileSchema } from '../harness/target/target.ts'
import { reportSchema } from '../reports/report.ts'

const options = { target: 'draft-2020-12', io: 'input' } as const

/** The published JSON Schemas, by file name. */
export const schemas: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    target: targetFileSchema,
    provision: provisionSchema,
    'cache-provision': cacheProvisionSchema,
    'party-provision': partyProvisionSchema,
    report: reportSchema,
  }).map(([name, schema]) => [`${name}.schema.json`, `${JSON.stringify(z.toJSONSchema(schema, options), null, 2)}\n`]),
)

if (import.meta.main) {
  for (const [name, text] of Object.entries(schemas)) await writeFile(join(import.meta.dirname, name), text)
}
