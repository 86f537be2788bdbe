import { describe, expect, test } from 'vitest'
import { documentedRows } from '../../fixtures/error-table.ts'
import { openTrial } from '../../test/sign-in-trial.ts'

/** A browser that is signed in to both parties of a tenant. */
const signedIn = async () => {
  const trial = await openTrial()
  const [oidc, wsfed] = trial.provision.tenants
  const parties = trial.provision.parties.filter(({ tenant }) => tenant === wsfed?.id)
  const foreign = trial.provision.parties.find(({ tenant }) => tenant === oidc?.id)
  const [first, second] = parties
  if (!oidc || !wsfed || !first || !second || !foreign) throw new TypeError('the slice is too small')
  await trial.signInTo(first.realm)
  await trial.ask(trial.request(second.realm))
  return { ...trial, tenant: wsfed, parties, first, foreign }
}

describe('a sign-out', () => {
  test('ends the session, tells every party by an image and the identity provider by a frame', async () => {
    const { ask, request, parties, first, tenant, cookies, provision } = await signedIn()
    const page = await ask([['wa', 'wsignout1.0']])
    expect(page.images).toEqual(parties.map(({ reply }) => `${reply}?wa=wsignoutcleanup1.0`))
    expect(page.frames).toEqual([`${tenant.wsfed.endpoint}?wa=wsignout1.0&wtrealm=${encodeURIComponent(provision.application.realm)}`]) // prettier-ignore
    expect([...cookies.keys()].filter((name) => name.startsWith('session'))).toEqual([])
    expect((await ask(request(first.realm))).location).toContain(tenant.wsfed.endpoint)
  })

  test('ends the session for whoever has kept its cookie', async () => {
    const { ask, request, first, cookies } = await signedIn()
    const kept = new Map(cookies)
    await ask([['wa', 'wsignout1.0']])
    for (const [name, value] of kept) cookies.set(name, value)
    expect((await ask(request(first.realm))).status).toBe(302)
  })

  test('tells no party that was not signed in, and none twice', async () => {
    const { ask, signInTo, foreign } = await signedIn()
    expect((await ask([['wa', 'wsignout1.0']])).images.length).toBe(2)
    await signInTo(foreign.realm)
    expect((await ask([['wa', 'wsignout1.0']])).images).toEqual([`${foreign.reply}?wa=wsignoutcleanup1.0`])
    const again = await ask([['wa', 'wsignout1.0']])
    expect([again.status, again.images, again.frames]).toEqual([200, [], []])
  })

  test('still tells the parties of before a new authentication', async () => {
    const { ask, signInTo, parties, first } = await signedIn()
    await signInTo(first.realm, [['wfresh', '0']])
    expect((await ask([['wa', 'wsignout1.0']])).images.length).toBe(parties.length)
  })

  test('leads on to the reply of a party', async () => {
    const { ask, first } = await signedIn()
    const page = await ask([['wa', 'wsignout1.0'], ['wreply', first.reply]]) // prettier-ignore
    expect(page.refreshes.filter((content) => content.endsWith(`url=${first.reply}`)).length).toBe(1)
  })

  test.each(['https://evil.test/', '', 'javascript:alert(1)'])('leads nowhere else: %s', async (reply) => {
    const { ask, request, first } = await signedIn()
    const page = await ask([['wa', 'wsignout1.0'], ['wreply', reply]]) // prettier-ignore
    expect([page.status, page.location, page.refreshes.filter((content) => content.includes('url='))]).toEqual([400, '', []]) // prettier-ignore
    expect(page.text).toContain(documentedRows['sign-out-request'].text[0])
    expect((await ask(request(first.realm))).actions).toEqual([first.reply])
  })
})

test('a clean-up ends the session and tells the parties, not the identity provider that asked for it', async () => {
  const { ask, parties } = await signedIn()
  const page = await ask([['wa', 'wsignoutcleanup1.0']])
  expect([page.images.length, page.frames]).toEqual([parties.length, []])
})
