import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import { principalOf, sharePointResourceOf } from '../../../protocols/acs/names.ts'
import { encodeForm } from '../../../protocols/form.ts'
import type { Pairs } from '../../../protocols/wire.ts'
import { textOf } from '../../../protocols/wire.ts'
import type { HostileModeId } from '../../hostile-modes.ts'
import { acsUnderTest, start } from './under-test.ts'

const [hour, day] = [3_600_000, 86_400_000]
let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

const open = (...modes: HostileModeId[]) => {
  const ground = acsUnderTest(keys)
  const { wire, origin, realm, client, replyUrl } = ground
  const sell = async (grant: Pairs): Promise<Record<string, unknown>> => {
    const form: Pairs = [
      ...grant,
      ['client_id', principalOf(client.id, realm.id)],
      ['client_secret', client.secret],
      ['resource', sharePointResourceOf(client.resource, realm.id)],
    ]
    const answered = await wire({
      method: 'POST',
      origin,
      rawPath: `/${realm.id}/tokens/OAuth/2`,
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: Buffer.from(encodeForm(form)),
    })
    return JSON.parse(textOf(answered)) as Record<string, unknown>
  }
  const redeem = async () =>
    sell([['grant_type', 'authorization_code'], ['code', await ground.code()], ['redirect_uri', replyUrl]]) // prettier-ignore
  const renew = (value: unknown) => sell([['grant_type', 'refresh_token'], ['refresh_token', String(value)]]) // prettier-ignore
  ground.misbehave(...modes)
  return { ...ground, redeem, renew }
}

describe('a tenant has lifetimes of its own', () => {
  // oxfmt-ignore
  test.each([
    ['documented', 13 * day, 15 * day],
    ['guest', 11 * hour, 13 * hour],
    ['admin', 89 * day, 91 * day],
    ['add-in', 179 * day, 181 * day],
  ] as const)('those of %s', async (profile, early, late) => {
    const { redeem, renew, clock } = open(`sts.follows:${profile}`)
    const { refresh_token: refresh } = await redeem()
    clock.time = start + early
    expect(await renew(refresh)).toHaveProperty('access_token')
    clock.time = start + late
    expect(await renew(refresh)).toHaveProperty('error', 'invalid_grant')
  })

  test('an access token lives as many seconds as it is told, whoever says so', async () => {
    const { redeem } = open('sts.access-lives:59')
    const { expires_in: within, expires_on: at, access_token: token } = await redeem()
    const due = start / 1000 + 59
    expect([within, at, decodeJwt(String(token)).exp]).toEqual(['59', String(due), due])
  })
})

test.each([
  ['0', 0],
  ['-1', -1],
  ['"soon"', 'soon'],
  ['1.5', 1.5],
  ['1e30', 1e30],
  ['absent', undefined],
])('expires_in and expires_on can be %s', async (json, value) => {
  const { redeem } = open(`sts.says-expires-in:${json}`, `sts.says-expires-on:${json}`)
  const body = await redeem()
  expect([body['expires_in'], body['expires_on']]).toEqual([value, value])
})

test('a refresh token that comes a second time ends every grant of its user, where that is looked for', async () => {
  const { redeem, renew } = open('sts.detects-reuse')
  const { refresh_token: first } = await redeem()
  const { refresh_token: second } = await renew(first)
  expect(await renew(first)).toHaveProperty('error', 'invalid_grant')
  expect(await renew(second)).toHaveProperty('error', 'invalid_grant')
})

test('an answer that is lost has been given all the same', async () => {
  const { redeem, renew, misbehave } = open()
  const { refresh_token: refresh } = await redeem()
  misbehave('sts.loses-answers', 'sts.spends-refresh-tokens')
  await expect(renew(refresh)).rejects.toThrow('connection reset')
  misbehave('sts.spends-refresh-tokens')
  expect(await renew(refresh)).toHaveProperty('error', 'invalid_grant')
})
