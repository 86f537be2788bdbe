import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { single } from '../../fixtures/world/slice.ts'
import type { Keyring } from '../../fixtures/world/world.ts'
import { worldOf } from '../../fixtures/world/world.ts'
import { scannerOf, secretCanaries } from './canaries.ts'

const text = 'secret-0a1b2c3d-QwErTyUiOp/AsDf+'
const canary = { text, kind: 'client secret', check: 'a.check.of-its-own' }
const other = { text: 'another-0a1b2c3d-ZxCvBnM', kind: 'password', check: null }
const scan = scannerOf([canary, other])
const base64 = (given: string | Buffer) => Buffer.from(given).toString('base64')
const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url')
const noise = Buffer.from(Array.from({ length: 400 }, (_, index) => (index * 37) % 251))

describe('a canary is found', () => {
  test.each<[string, string | Buffer]>([
    ['as it is', text],
    ['in lower case', `x-${text.toLowerCase()}: 1`],
    ['in upper case', text.toUpperCase()],
    ['percent-encoded', encodeURIComponent(text)],
    ['percent-encoded in lower case', encodeURIComponent(text).replaceAll(/%../g, (one) => one.toLowerCase())],
    ['in base64', base64(text)],
    ['in base64, one byte on', base64(`x${text}`)],
    ['in base64, two bytes on', base64(`xy${text}`)],
    ['in a Basic header', `Basic ${base64(`client:${text}`)}`],
    ['in the payload of a JWT', `${part({ alg: 'none' })}.${part({ sub: 'x', secret: text })}.`],
    ['in hexadecimal digits', Buffer.from(text).toString('hex')],
    ['in UTF-16', Buffer.from(text, 'utf16le')],
    ['in UTF-16, big end first', Buffer.from(text, 'utf16le').swap16()],
    ['escaped for JSON', JSON.stringify({ text }).replaceAll('/', String.raw`\/`)],
    ['compressed, with something before and behind', Buffer.concat([noise, gzipSync(text), noise])],
    ['compressed by zlib', Buffer.concat([noise, deflateSync(`a ${text}`), noise])],
    ['compressed, in base64', `{"kept":"${base64(gzipSync(text))}"}`],
    ['compressed, in hexadecimal digits', gzipSync(text).toString('hex')],
  ])('%s', (_, form) => {
    expect(scan(form).map(({ canary: found }) => found)).toEqual([canary])
    expect(scan(Buffer.from(form)).map(({ canary: found }) => found)).toEqual([canary])
  })

  test('each once, whatever stands beside it', () => {
    expect(scan(`${text} ${base64(text)} ${other.text} ${text}`).map((one) => one.canary)).toEqual([canary, other])
  })

  test('among many that begin alike, and among many that do not', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ ...canary, text: `secret-${index}-0123456789` }))
    const unlike = Array.from({ length: 500 }, (_, index) => ({ ...canary, text: `${index}-secret-0123456789` }))
    for (const all of [many, unlike]) {
      const found = scannerOf(all)(`..${all[321]?.text}..`)
      expect(found.map((one) => one.canary)).toEqual([all[321]])
    }
  })
})

test('nothing else is found, and nothing that is too short', () => {
  expect(scan(`secret-0a1b2c3d- passwords ${base64(noise)} H4sIAAAAAAAA${base64(noise)}`)).toEqual([])
  expect(scan(gzipSync('another text').subarray(0, 12))).toEqual([])
  expect(scannerOf([{ ...canary, text: 'ann' }])('ann')).toEqual([])
  expect(scannerOf([])(text)).toEqual([])
})

test('the canaries of a world are its secrets, each with the check in whose slice it is', () => {
  const world = worldOf(1, [{ id: 'a.b.c', needs: { shape: single } }], {} as Keyring)
  expect(secretCanaries(world).map(({ kind, check }) => [kind, check])).toEqual([
    ['client secret', null],
    ['client secret', 'a.b.c'],
    ['password', 'a.b.c'],
  ])
})
