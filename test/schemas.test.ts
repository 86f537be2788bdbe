import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { provisionOf } from '../fixtures/world/provision.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import { capabilitiesOf, resolveDialect } from '../harness/dialects/resolve.ts'
import { assemble } from '../reports/assemble.ts'
import { schemas } from '../schemas/write.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { checks, invariants } from '../suites/index.ts'
import { verdictsOn } from './proving-ground.ts'

const root = join(import.meta.dirname, '..')
const keyring = await makeKeyring()
const validate = (name: string, value: unknown) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  const valid = ajv.compile(JSON.parse(schemas[`${name}.schema.json`] ?? '{}') as object)
  return { ok: valid(JSON.parse(JSON.stringify(value))), errors: valid.errors }
}

test.for(Object.entries(schemas))('schemas/%s is what the code demands', ([name, text]) => {
  expect(readFileSync(join(root, 'schemas', name), 'utf8')).toBe(text)
})

test('a provision document keeps to its schema', () => {
  const places = {
    idp: 'https://localhost:1',
    target: 'https://127.0.0.1:2',
    paths: { callback: '/authorize/oauth/2', reply: '/wsfed/reply' },
  }
  expect(validate('provision', provisionOf(worldOf(1, checks, keyring), places))).toEqual({ ok: true, errors: null })
})

test.for(['python', 'oidc-provider'])('the target file of %s keeps to its schema', (name) => {
  const file = join(root, 'targets', name, 'target.json')
  expect(validate('target', JSON.parse(readFileSync(file, 'utf8')))).toEqual({ ok: true, errors: null })
})

test('a target file with an unknown field does not', () => {
  const file = JSON.parse(readFileSync(join(root, 'targets', 'python', 'target.json'), 'utf8')) as object
  expect(validate('target', { ...file, rolle: 'broker' }).ok).toBe(false)
})

test('a report keeps to its schema, whatever its verdicts are', async () => {
  const decisions = faulty('broker.ignores-case-of-redirect-uri')
  const dialect = resolveDialect('k2trust')
  const report = assemble({
    run: {
      seed: 1,
      runs: 100,
      transport: 'direct',
      strict: false,
      harness: '0',
      catalogueDigest: '',
      at: new Date(0).toISOString(),
      invocation: 'npx brokerspec',
      targetFile: '',
    },
    target: {
      role: 'broker',
      name: 'n',
      version: 'v',
      dialect: 'k2trust',
      profile: {},
      capabilities: capabilitiesOf(['oauth'], dialect),
    },
    selected: checks.map(({ id }) => id),
    verdicts: await verdictsOn(decisions, { keyring, seed: 1, runs: 2 }),
    evidence: {},
    catalogue: { checks, invariants },
  })
  expect(report.exit).toBe(1)
  expect(validate('report', report)).toEqual({ ok: true, errors: null })
})
