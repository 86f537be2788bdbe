import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { folder } from './command.ts'
import { tells, tellsAtOnce, written } from './told.ts'

const timeout = 300_000

describe('the target file', () => {
  const attach = { command: ['true'] }
  test.for([
    ['a wrong field', { attach, rolle: 'x' }, /rolle/],
    ['a wrong role', { attach, role: 'brooker' }, /role: /],
    ['a role that every object has', { attach, role: 'toString' }, /role: must be broker/],
    ['a subject of two lines', { attach, subject: { name: 'a\nb', version: '1' } }, /subject\.name: must be one line/],
    [
      'more mistakes than fit on a screen',
      { attach, capabilities: Array.from({ length: 900 }, () => 'x') },
      /and 888 more/,
    ],
    [
      'a wait that no timer can hold',
      { attach: { ...attach, ready: { within: 99_999_999_999 } } },
      /attach\.ready\.within/,
    ],
    ['an unknown capability', { attach, capabilities: ['oath'] }, /capabilities\.0/],
    ['a wrong dialect', { attach, dialect: 'k2' }, /dialect: must be k2trust, oauth2, wsfed, or/],
    ['no way to attach', { attach: {} }, /"command".*"origins"/],
    [
      'a path of WS-Federation that is none',
      { attach, dialect: { extends: 'k2trust', paths: { signIn: 'wsfed' } } },
      /dialect[^]*must begin with/,
    ],
    [
      'a path of WS-Federation with a wrong name',
      { attach, dialect: { extends: 'k2trust', paths: { signin: '/wsfed' } } },
      /dialect[^]*signin/,
    ],
    ['claims that are no list', { attach, profile: { claims: { 'urn:name': 'name' } } }, /profile\.claims\.urn:name/],
    ['tokens of no length', { attach, profile: { tokenHours: 0 } }, /profile\.tokenHours/],
    [
      'a wrong field below',
      { attach: { command: ['true'], ready: { path: 'health' } } },
      /attach\.ready\.path: must begin with/,
    ],
  ] as const)('%s', ([, target, part]) => tellsAtOnce(['run', '--seed', '1', '--target', written(target)], part))

  test.for([
    ['a missing executable', { attach: { command: ['no-such-program-anywhere'] } }, /cannot be started.*ENOENT/],
    [
      'a foreign host',
      {
        attach: {
          origins: { party: 'https://trust.k2.com' },
          mocks: { idp: 'https://localhost:1' },
          provision: 'p.json',
        },
      },
      /p\.json|permission/,
    ],
  ] as const)('%s', { timeout }, ([, target, part]) =>
    tells(['run', '--seed', '1', '--target', written(target)], 4, part),
  )

  const nested = '{ "a": '.repeat(20_000)
  test.for([
    ['no JSON', '{ nope', /target\.json\n.*JSON/],
    ['nothing', '', /target\.json\n.*JSON/],
    ['JSON behind a byte order mark', '\uFEFF{ "role": "brooker" }', /role: must be/],
    [
      'JSON of many levels',
      `{ "role": "broker", "control": ${nested}1${'}'.repeat(20_001)}`,
      /control: Unrecognized key: "a"/,
    ],
  ] as const)('text that is %s', async ([, text, part]) => {
    const file = join(folder(), 'target.json')
    writeFileSync(file, text)
    await tellsAtOnce(['run', '--target', file], part)
  })

  test('a module whose parts are itself', async () => {
    const file = join(folder(), 'target.mjs')
    const text = "const target = { schema: 1, role: 'relying-party', subject: { name: 'n', version: '1' } }"
    writeFileSync(file, `${text}\nObject.assign(target, { party: target, control: target })\nexport default target\n`)
    await tellsAtOnce(['run', '--target', file], /party\.page/)
  })
})
