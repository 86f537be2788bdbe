import { expect, test } from 'vitest'
import type { Client, User } from '../../../fixtures/world/shapes.ts'
import { makeModel } from './model.ts'

const client = (id: string) =>
  ({
    id,
    secret: 'x',
    tenant: 't',
    redirectUris: [`https://${id}.test/1`, `https://${id}.test/2`],
    resource: id,
    oauth: true,
  }) as Partial<Client> as Client
const user = { name: 'u', tenant: 't' } as User
const [own, other] = [client('own'), client('other')]
const [first = '', second = ''] = own.redirectUris

/** A model in which three codes of one client and one user have come, in three browsers, and one of another client. */
const played = () => {
  const model = makeModel({ users: [user] }, 3)
  const come = (browser: number, of = own) => {
    const redirectUri = of.redirectUris[0] ?? ''
    const code = { client: of, redirectUri, state: '', browser, node: 0, stale: false, code: `${of.id}-${browser}`, users: [user], spoiled: false } // prettier-ignore
    model.issued.push(code)
    return code
  }
  return { model, codes: [come(0), come(1), come(2)] as const, foreign: come(0, other) }
}

test('a code is owed one token, at the redirect URI that it came to', () => {
  const { model, codes } = played()
  expect(model.redeems(codes[0], own, first)).toEqual({ may: true, must: true })
  expect(model.redeems(codes[1], own, first)).toEqual({ may: true, must: true })
  expect(model.redeems(codes[2], own, second)).toEqual({ may: true, must: false })
  expect(model.redeems(codes[0], other, first)).toEqual({ may: false, must: false })
})

test('a code that is redeemed again or by another client may cost every other one of its client and user', () => {
  const again = played()
  again.model.redeems(again.codes[0], own, first)
  again.model.redeems(again.codes[0], own, first)
  expect(again.model.redeems(again.codes[1], own, first)).toEqual({ may: true, must: false })
  const stolen = played()
  stolen.model.redeems(stolen.codes[0], other, other.redirectUris[0] ?? '')
  expect(stolen.model.redeems(stolen.codes[1], own, first)).toEqual({ may: true, must: false })
  expect(stolen.model.redeems(stolen.foreign, other, other.redirectUris[0] ?? '').must).toBe(true)
})

test('after a sign-out no token is owed for the codes of the browser', () => {
  const { model, codes } = played()
  model.signsOut(0)
  expect(model.redeems(codes[1], own, first).must).toBe(true)
  expect(model.redeems(codes[0], own, first)).toEqual({ may: true, must: false })
})

/** A model in which a code of each of two clients of a tenant has bought tokens. */
const bought = () => {
  const { model } = played()
  const tokens = (of: Client) => {
    const one = { client: of, redirectUri: of.redirectUris[0] ?? '', browser: 0, users: [user], refreshToken: 'r', accessToken: 'a', spoiled: false, old: false } // prettier-ignore
    model.bought.push(one)
    return one
  }
  return { model, mine: tokens(own), foreign: tokens(other) }
}

test('a refresh token is owed one renewal, for its own client alone', () => {
  const { model, mine, foreign } = bought()
  expect(model.renews(mine, own, first)).toEqual({ may: true, must: true })
  expect(model.renews(mine, own, first)).toEqual({ may: true, must: false })
  expect(model.renews(foreign, own, first)).toEqual({ may: false, must: false })
})

test('an app-only token is owed to the client of a fresh token, and may be given in its realm alone', () => {
  const { model, mine } = bought()
  const sharePoint: Client = { ...own, tokenService: 'acs' }
  mine.client = sharePoint
  expect(model.grantsAppOnly(mine, sharePoint)).toEqual({ may: true, must: true })
  expect(model.grantsAppOnly(mine, { ...sharePoint, id: 'beside' })).toEqual({ may: true, must: false })
  model.waits(true)
  expect(model.grantsAppOnly(mine, sharePoint)).toEqual({ may: true, must: false })
  expect(model.grantsAppOnly(mine, { ...sharePoint, tenant: 'elsewhere' })).toEqual({ may: false, must: false })
})

test('hours end codes, not refresh tokens; a restart ends neither where the documents say what they are', () => {
  const later = bought()
  later.model.waits(true)
  expect(later.model.issued.every(({ spoiled }) => spoiled)).toBe(true)
  expect(later.model.renews(later.mine, own, first).must).toBe(true)
  const restarted = bought()
  restarted.model.restarts(true)
  expect(restarted.model.issued.some(({ spoiled }) => spoiled)).toBe(false)
  restarted.model.restarts(false)
  expect(restarted.model.renews(restarted.mine, own, first).must).toBe(false)
})
