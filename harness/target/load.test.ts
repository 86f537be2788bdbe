import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refused } from '../../test/reading.ts'
import type { Trouble } from '../trouble.ts'
import { loadTarget, readTarget } from './load.ts'

const launched = { command: ['{node}', 'broker.js'] }
const running = {
  origins: { party: 'https://localhost:8443' },
  provision: 'provision.json',
  mocks: { idp: 'https://localhost:9443' },
}
const valid = { schema: 1, role: 'broker', subject: { name: 'a broker', version: '1.0' }, attach: launched }
const read = (definition: unknown) => readTarget(definition, '/somewhere/target.json')

test('what a target file leaves out is filled in', () => {
  expect(read(valid)).toEqual({
    ...valid,
    dialect: 'k2trust',
    capabilities: [],
    profile: { skew: 600, requestMs: 10_000, checkMs: 300_000, stateBytes: 1_024, tokenVersions: ['1.1', '2.0'] },
    attach: {
      ...launched,
      ready: { path: '/', within: 15_000 },
      stop: { signal: 'SIGTERM', within: 3_000 },
      instances: 'many',
    },
    directory: '/somewhere',
  })
})

test('what it says itself stays', () => {
  const more = {
    dialect: {
      extends: 'oauth2',
      paths: { authorize: '/auth' },
      parameters: { scope: 'openid', resource: null },
      redeem: null,
    },
    capabilities: ['oauth', 'clock'],
    profile: {
      skew: 0,
      requestMs: 1,
      checkMs: 2,
      stateBytes: 3,
      tokenHours: 1,
      tokenVersions: ['2.0'],
      errorTable: [{ row: 'oauth-version', code: 'E8', status: 400 }],
    },
    control: { clock: { path: '/clock' } },
    attach: running,
  }
  expect(read({ $schema: './target.schema.json', ...valid, ...more })).toEqual({
    ...valid,
    ...more,
    directory: '/somewhere',
  })
})

describe('a field that is wrong is refused by its name:', () => {
  const attach = (changed: object) => ({ attach: { ...launched, ...changed } })
  const attached = (changed: object) => ({ attach: { ...running, ...changed } })
  test.each<[string, object]>([
    ['schema', { schema: 2 }],
    ['role', { role: 'idp' }],
    ['subject', { subject: undefined }],
    ['subject.name', { subject: { name: '', version: '1' } }],
    ['subject.version', { subject: { name: 'x', version: 1 } }],
    ['dialect', { dialect: 'nonsense' }],
    ['dialect.paths.authorize', { dialect: { extends: 'k2trust', paths: { authorize: 'no-slash' } } }],
    ['dialect', { dialect: { extends: 'k2trust', extra: 1 } }],
    ['dialect', { dialect: { extends: 'k2trust', responseMode: 'fragment' } }],
    ['capabilities.1', { capabilities: ['oauth', 'telepathy'] }],
    ['profile.skew', { profile: { skew: -1 } }],
    ['profile.requestMs', { profile: { requestMs: 0 } }],
    ['profile.checkMs', { profile: { checkMs: '1s' } }],
    ['profile.stateBytes', { profile: { stateBytes: 0 } }],
    ['profile.errorTable.0.row', { profile: { errorTable: [{ row: 'twelve' }] } }],
    ['profile', { profile: { patience: 1 } }],
    ['control.clock.path', { control: { clock: { path: 'clock' } } }],
    ['control.triggers', { control: { triggers: { 'token-request': { path: '/x' } } } }],
    ['control.triggers.unhandled.path', { control: { triggers: { unhandled: { path: 'x' } } } }],
    ['control.triggers.unhandled.form.a', { control: { triggers: { unhandled: { path: '/x', form: { a: 1 } } } } }],
    ['extra', { extra: 1 }],
    ['attach.command', attach({ command: [] })],
    ['attach.command.1', attach({ command: ['node', 1] })],
    ['attach.cwd', attach({ cwd: 1 })],
    ['attach.env.PORT', attach({ env: { PORT: 1 } })],
    ['attach.ready.path', attach({ ready: { path: 'health' } })],
    ['attach.ready.within', attach({ ready: { within: 0 } })],
    ['attach.stop.signal', attach({ stop: { signal: 'SIGHUP' } })],
    ['attach.stop.within', attach({ stop: { within: -1 } })],
    ['attach.instances', attach({ instances: 2 })],
    ['attach', attach({ origins: running.origins })],
    ['attach.origins.party', attached({ origins: { party: 'https://localhost:8443/' } })],
    ['attach.origins.party', attached({ origins: { party: 'http://localhost:8443' } })],
    ['attach.origins.also.0', attached({ origins: { ...running.origins, also: ['https://localhost:8443/x'] } })],
    ['attach.also.0', attach({ also: ['https://elsewhere.test:{port}'] })],
    ['attach.also.0', attach({ also: ['{origin}'] })],
    ['attach.provision', attached({ provision: undefined })],
    ['attach.mocks.idp', attached({ mocks: {} })],
    ['attach.ca', attached({ ca: '' })],
    ['attach.mocks.listen', attached({ mocks: { ...running.mocks, listen: 'everywhere' } })],
    ['attach.authorisation.until', attached({ authorisation: { by: 'me', until: 'soon', token: 'x'.repeat(16) } })],
    ['attach.authorisation.token', attached({ authorisation: { by: 'me', until: '2030-01-31', token: 'short' } })],
  ])('%s', (field, changed) => {
    const { kind, place, message } = refused({ ...valid, ...changed })
    expect([kind, place]).toEqual(['usage', '/somewhere/target.json'])
    expect(message).toContain(field)
  })

  test.each([undefined, null, 'https://localhost', {}, { open: 'not a function' }])('attach, which is %o', (how) => {
    const { kind, place, mend } = refused({ ...valid, attach: how })
    expect([kind, place]).toEqual(['usage', '/somewhere/target.json: attach'])
    expect(mend).toContain('"command"')
  })

  test.each([
    ['client_id', null],
    ['response_type', null],
    ['redirect_uri', null],
    ['redirect_uri', 'https://fixed.test/cb'],
    ['state', null],
    ['resource', 'https://api.test'],
  ])('dialect.parameters.%s, which is %o: the checks vary it', (name, value) => {
    const dialect = { extends: 'oauth2', parameters: { scope: 'openid', [name]: value } }
    const withCode = { ...dialect, authorize: { request: () => undefined, read: () => undefined } }
    for (const one of [dialect, withCode]) {
      const { kind, place, mend } = refused({ ...valid, dialect: one })
      expect([kind, place]).toEqual(['usage', `/somewhere/target.json: dialect.parameters.${name}`])
      expect(mend).toContain(`take ${name} out`)
    }
  })

  test('dialect.appOnly, when a word stands in it that nobody puts in', () => {
    const dialect = { extends: 'k2trust', appOnly: { path: '/apponly', headers: { authorization: 'Bearer {tokens}' } } }
    const { kind, place, message } = refused({ ...valid, dialect })
    expect([kind, place]).toEqual(['usage', '/somewhere/target.json: dialect.appOnly'])
    expect(message).toContain('{tokens}')
  })

  test('dialect.renew, when a word stands in it that nobody puts in', () => {
    const dialect = { extends: 'k2trust', renew: { form: { refresh_token: '{refreshToken}', client: '{client}' } } }
    const { kind, place, message } = refused({ ...valid, dialect })
    expect([kind, place]).toEqual(['usage', '/somewhere/target.json: dialect.renew'])
    expect(message).toContain('{client}')
  })

  test('capabilities, when a clock is declared that nothing moves', () => {
    const trouble = refused({ ...valid, capabilities: ['clock'] })
    expect(trouble).toMatchObject({ kind: 'usage', place: '/somewhere/target.json: capabilities' })
    expect(read({ ...valid, capabilities: ['clock'], attach: { open: () => undefined } })).toBeDefined()
  })

  test.each([
    [['error-trigger'], undefined],
    [['error-trigger'], { triggers: {} }],
    [[], { triggers: { metadata: { path: '/x' } } }],
  ])('control.triggers, with the capabilities %o and %o: one goes with the other', (capabilities, control) => {
    const trouble = refused({ ...valid, capabilities, ...(control && { control }) })
    expect(trouble).toMatchObject({ kind: 'usage', place: '/somewhere/target.json: control.triggers' })
  })

  test('capabilities, when a key is declared to be replaced and nothing replaces it', () => {
    const declared = { ...valid, capabilities: ['rotate-key'] }
    const { place, mend } = refused(declared)
    expect([place, mend]).toEqual([
      '/somewhere/target.json: capabilities',
      'give control.rotateKey.path, or take "rotate-key" away',
    ])
    expect(read({ ...declared, control: { rotateKey: { path: '/rotate' } } })).toBeDefined()
  })

  test.each([
    ['storage', 'control.storage.command or control.storage.path', { storage: { path: '/dump' } }],
    ['storage-raw', 'control.storageRaw.files', { storageRaw: { files: ['data/*.db'] } }],
    ['logs', 'control.logs.files, or "output" for a command', { logs: 'output' }],
  ])('capabilities, when %s is declared and nothing says how', (capability, way, control) => {
    const declared = { ...valid, capabilities: [capability] }
    const { place, mend } = refused(declared)
    expect([place, mend]).toEqual(['/somewhere/target.json: capabilities', `give ${way}, or take "${capability}" away`])
    expect(read({ ...declared, control })).toBeDefined()
  })

  test.each([
    [{ path: '/register?d={domain}&r={realm}' }, 'put {reply} where the target expects it'],
    [{ path: '/register', form: { a: '{domain}{realm}{reply}{directory}' } }, 'use one of {tenancy}, {domain}'],
  ])('control.registration, when it says %o', (registration, mend) => {
    const trouble = refused({ ...valid, capabilities: ['registration'], control: { registration } })
    expect([trouble.place, trouble.mend]).toEqual([
      '/somewhere/target.json: control.registration',
      expect.stringContaining(mend),
    ])
  })

  test('a command is restarted without more, a running target is not', () => {
    expect(read({ ...valid, capabilities: ['restart'] })).toBeDefined()
    const declared = { ...valid, attach: running, capabilities: ['restart'] }
    expect(refused(declared).mend).toBe('give control.restart.path, or take "restart" away')
    expect(read({ ...declared, control: { restart: { path: '/restart' } } })).toBeDefined()
  })

  test('control.logs, when it is the output of a target that somebody else has started', () => {
    const trouble = refused({ ...valid, attach: running, capabilities: ['logs'], control: { logs: 'output' } })
    expect(trouble).toMatchObject({ kind: 'usage', place: '/somewhere/target.json: control.logs' })
  })

  test('several at once, one in a line', () => {
    const { message } = refused({ ...valid, schema: 2, role: 'idp' })
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual(['schema', 'role'])
  })

  test.each([null, 7, 'text', []])('the file itself, which is %o', (definition) => {
    expect(refused(definition)).toMatchObject({ kind: 'usage', message: 'a target is an object' })
  })
})

describe('a target file', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brokerspec-load-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const write = async (name: string, text: string) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }
  const troubleWith = async (path: string) => loadTarget(path).catch((cause: unknown) => cause)

  test('may be JSON', async () => {
    const path = await write('target.json', JSON.stringify(valid))
    expect(await loadTarget(path)).toMatchObject({ subject: valid.subject, directory: dirname(path) })
  })

  test('may be a module, whose functions are kept', async () => {
    const path = await write(
      'target.mjs',
      `export default { schema: 1, role: 'broker', subject: { name: 'x', version: '1' }, attach: { open() {} },
        dialect: { extends: 'oauth2', authorize: { request() {}, read() {} } }, control: { async clock() {} } }`,
    )
    expect(await loadTarget(path)).toMatchObject({
      attach: { open: expect.any(Function) },
      dialect: { extends: 'oauth2', authorize: { read: expect.any(Function) } },
      control: { clock: expect.any(Function) },
      profile: { skew: 600 },
    })
  })

  test('that does not exist is named', async () => {
    const path = join(folder, 'nowhere.json')
    expect(await troubleWith(path)).toMatchObject({ name: 'Trouble', kind: 'usage', place: path })
  })

  test.each([
    ['bad.json', '{ "schema": 1,', /cannot be read: .*JSON/],
    ['bad.mjs', 'export default {{', /cannot be read: /],
    ['throws.mjs', 'throw new Error("on purpose")', /cannot be read: on purpose/],
    ['empty.mjs', 'export const target = {}', /no default export/],
  ])('that cannot be read is named with the reason: %s', async (name, text, reason) => {
    const path = await write(name, text)
    const trouble = await troubleWith(path)
    expect(trouble).toMatchObject({ name: 'Trouble', kind: 'usage', place: path })
    expect((trouble as Trouble).message).toMatch(reason)
  })
})
