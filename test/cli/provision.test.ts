import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Provision } from '../../fixtures/world/provision.ts'
import { brokerspec, folder } from './command.ts'

const timeout = 300_000
const attach = {
  origins: { party: 'https://127.0.0.1:9' },
  mocks: { idp: 'https://localhost:10443' },
  provision: 'provision.json',
}
const target = { schema: 1, role: 'broker', subject: { name: 'n', version: '1' }, capabilities: ['oauth'], attach }
const place = (more: object = {}) => {
  const at = folder()
  writeFileSync(join(at, 'target.json'), JSON.stringify({ ...target, ...more }))
  const file = (name: string) => join(at, name)
  const text = (name: string) => readFileSync(file(name), 'utf8')
  const document = () => JSON.parse(text('provision.json')) as Provision
  return { file, text, document }
}
type Place = ReturnType<typeof place>
const provision = ({ file }: Place, ...more: string[]) =>
  brokerspec(['provision', '--target', file('target.json'), ...more])
const run = ({ file }: Place) => brokerspec(['run', '--seed', '1', '--target', file('target.json')])

test('the keys lie beside the document, for their owner alone, and are never shown', { timeout }, async () => {
  const here = place()
  const { code, out, err } = await provision(here)
  expect([code, err]).toEqual([0, ''])
  for (const name of ['provision.json', 'provision.ca.pem', 'provision.keys.json']) expect(out).toContain(name)
  expect(statSync(here.file('provision.keys.json')).mode & 0o777).toBe(0o600)
  const { ca, issuers } = JSON.parse(here.text('provision.keys.json')) as {
    ca: { key: string; cert: string }
    issuers: { entra: { d: string; n: string } }
  }
  expect(here.text('provision.ca.pem')).toBe(ca.cert)
  expect(here.document().issuers[0]?.jwks.keys[0]).toMatchObject({ n: issuers.entra.n })
  for (const text of [out, here.text('provision.json'), here.text('provision.ca.pem')]) {
    expect(text).not.toContain(issuers.entra.d)
    expect(text).not.toContain('PRIVATE KEY')
  }
})

test('a target that has one kind of upstream is set up with tenants of that kind', { timeout }, async () => {
  const here = place({ dialect: 'wsfed', capabilities: ['wsfed-upstream'], profile: { tokenVersions: ['2.0'] } })
  expect((await provision(here)).code).toBe(0)
  const { tenants, parties } = here.document()
  expect([tenants.length, parties.length]).toEqual([2, 4])
  expect(new Set(tenants.map(({ upstream }) => upstream))).toEqual(new Set(['wsfed']))
  expect(new Set(parties.map(({ tokenVersion }) => tokenVersion))).toEqual(new Set(['2.0']))
})

test('they are written once; renewed only when asked, and the document keeps the rest', { timeout }, async () => {
  const here = place()
  await provision(here)
  writeFileSync(here.file('provision.json'), JSON.stringify({ ...here.document(), parties: [] }))
  const [keys, before] = [here.text('provision.keys.json'), here.document()]
  const again = await provision(here)
  expect([again.code, again.err]).toEqual([4, expect.stringMatching(/keys\.json.*\n.*there already.*\n\n.*--renew/)])
  expect(here.text('provision.keys.json')).toBe(keys)

  expect((await provision(here, '--renew')).code).toBe(0)
  expect(here.text('provision.keys.json')).not.toBe(keys)
  expect(statSync(here.file('provision.keys.json')).mode & 0o777).toBe(0o600)
  const after = here.document()
  expect({ ...after, issuers: [] }).toEqual({ ...before, issuers: [] })
  expect(after.issuers).not.toEqual(before.issuers)
})

test('--out names another place', { timeout }, async () => {
  const here = place()
  expect((await provision(here, '--out', here.file('other.json'))).code).toBe(0)
  expect(statSync(here.file('other.keys.json')).mode & 0o777).toBe(0o600)
  expect(() => here.document()).toThrow(/ENOENT/)
})

test('a run without the keys of its document does not start, and says how to mend it', { timeout }, async () => {
  const here = place()
  await provision(here)
  rmSync(here.file('provision.keys.json'))
  const missing = await run(here)
  expect([missing.code, missing.err]).toEqual([4, expect.stringMatching(/provision\.keys\.json\n.*no such file/)])
  expect(missing.err).toContain('brokerspec provision')

  writeFileSync(here.file('provision.keys.json'), '{"d": "a private part",')
  const broken = await run(here)
  expect([broken.code, broken.err]).toEqual([4, expect.stringContaining('no keys that can be read')])
  expect(broken.err + broken.out).not.toContain('a private part')

  await provision(here, '--renew', '--out', here.file('other.json'))
  writeFileSync(here.file('provision.keys.json'), here.text('other.keys.json'))
  const stranger = await run(here)
  expect([stranger.code, stranger.err]).toEqual([4, expect.stringContaining('another key signs for entra')])
})
