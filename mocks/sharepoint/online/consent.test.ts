import { beforeAll, expect, test } from 'vitest'
import type { KeySet } from '../../../fixtures/world/keys.ts'
import { makeKeySet } from '../../../fixtures/world/keys.ts'
import type { User } from '../../../fixtures/world/shapes.ts'
import { visitorAt } from '../../idp/visitor.ts'
import { acsUnderTest } from '../../sts/acs/under-test.ts'

let keys: KeySet
beforeAll(async () => {
  keys = await makeKeySet()
})

const open = () => {
  const ground = acsUnderTest(keys, {}, { signedIn: false })
  /** Whether a user is asked for consent, which is given, and a code comes of it. */
  const isAsked = async (user: User, changed: Record<string, string> = {}) => {
    const visitor = visitorAt(ground.wire, ground.origin)
    const shown = await visitor.signIn(await visitor.get(ground.pageAt('OAuthAuthorize.aspx', changed)), user)
    const asked = shown.form?.action.endsWith('/consent') === true
    const { action = '', fields = {} } = shown.form ?? {}
    const last = asked ? await visitor.post(action, { ...fields, consent: 'accept' }) : shown
    expect(last.location).toContain('code=')
    return asked
  }
  return { ...ground, isAsked }
}

test('nobody is asked for consent unless the tenant awaits it', async () => {
  const { isAsked, user } = open()
  expect(await isAsked(user)).toBe(false)
})

test('the consent of an administrator serves all, and that of another user the user alone', async () => {
  const { isAsked, misbehave, users, other } = open()
  const [administrator, second] = users
  misbehave('sharepoint.awaits-administrator')
  expect(await isAsked(second)).toBe(true)
  expect(await isAsked(second)).toBe(true)
  expect(await isAsked(administrator)).toBe(true)
  expect(await isAsked(second)).toBe(false)
  expect(await isAsked(second, { client_id: other.id })).toBe(true)
})

test.for(['consent', 'admin_consent', 'true', 'login consent'])('prompt=%s asks again', async (prompt) => {
  const { isAsked, misbehave, user } = open()
  misbehave('sharepoint.awaits-administrator')
  await isAsked(user)
  expect([await isAsked(user), await isAsked(user, { prompt }), await isAsked(user, { prompt: 'login' })]).toEqual([false, true, false]) // prettier-ignore
})
