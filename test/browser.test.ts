import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { single } from '../fixtures/world/slice.ts'
import type { Party, User } from '../fixtures/world/shapes.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import { readTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { serve } from '../harness/wire/serve.ts'
import { decodeForm, withQuery } from '../protocols/form.ts'
import { readMetadata } from '../protocols/metadata/read-metadata.ts'
import { publicKeyOf } from '../protocols/signature/certificate.ts'
import type { Clock } from '../protocols/clock.ts'
import type { Wire, WireRequest, WireResponse } from '../protocols/wire.ts'
import { textOf, textResponse, urlOf } from '../protocols/wire.ts'
import { signInQuery } from '../protocols/ws-federation/request.ts'
import { makeReceiver } from '../mocks/relying-party/receive.ts'
import { referenceParty } from '../targets/reference/relying-party.ts'
import { referenceBroker } from '../targets/reference/target.ts'
import type { Chromium } from './browser/chromium.ts'
import { inChromium, installed } from './browser/chromium.ts'
import { requestsOf, signsIn } from './browser/signing-in.ts'

const check = 'party.accepts-valid.user'
const keyring = await makeKeyring()
const world = worldOf(1, [{ id: check, needs: { shape: { ...single, tenants: 2 } } }], keyring)
const { users = [], parties = [], tenants = [] } = world.slices[check] ?? {}
const [user] = users as [User]

const hostsOf = (origins: readonly string[]) => origins.map((origin) => new URL(origin).hostname)

/** What a transcript holds of browsers, but for the icons that they look for by themselves. */
const visits = (exchanges: readonly { from: string; request: { method: string; url: string } }[]) =>
  exchanges
    .filter(({ from, request: { url } }) => from === 'browser' && !url.endsWith('/favicon.ico'))
    .map(({ request: { method, url } }) => `${method} ${url}`)

/** Lets Chromium visit the reference party and its broker. */
const atParty = async (
  javaScriptEnabled: boolean,
  use: (chromium: Chromium, recorded: () => string[]) => Promise<void>,
) => {
  const target = readTarget(referenceParty(), 'x')
  const universe = await openUniverse<'relying-party'>({ target, world, transport: 'direct' })
  const names = hostsOf([universe.at.target, universe.at.broker])
  try {
    await inChromium({ wire: universe.visitor(check), names, ca: world.ca, javaScriptEnabled }, (chromium) =>
      use(chromium, () => visits(universe.transcript.of(check))),
    )
  } finally {
    await universe.close()
  }
}

/** Every claim that a party, set up from a broker's metadata, sees in what was posted to it. */
const seenIn = (
  party: Party,
  [posted]: readonly WireRequest[],
  { metadata, clock }: { metadata: WireResponse; clock: Clock },
) => {
  const read = readMetadata(textOf(metadata))
  if (read.is === 'refused' || posted === undefined) throw new Error('no metadata, or no post')
  const keys = (read.metadata.securityTokenService?.certificates ?? []).map(publicKeyOf)
  const trust = { keys, issuer: read.metadata.entityId, clock, skew: 0 }
  const received = makeReceiver(party, trust)(urlOf(posted), decodeForm(textOf(posted)))
  return received.is === 'session' ? received.assertion.claims.flatMap(({ values }) => values) : received
}

const welcome: Wire = async () => textResponse(200, 'welcome')
const asked = 'https://party.test/private?x=1'
const saidAtParty = async ({ profile }: Chromium): Promise<string | undefined> => {
  const page = await profile.newPage()
  const answer = await page.goto('https://party.test/whoami')
  return answer?.ok() ? (JSON.parse(await answer.text()) as { name: string }).name : undefined
}

describe.skipIf(installed === undefined)(`in Chromium${installed === undefined ? ', which is missing' : ''}`, () => {
  test('who is sent to the broker and signs in there comes back by a form that submits itself, and all of it is recorded', () =>
    atParty(true, async (chromium, recorded) => {
      const made = requestsOf(chromium.profile)
      const page = await chromium.profile.newPage()
      await page.goto(asked)
      await signsIn(page, user)
      await page.waitForURL(asked)
      expect(await page.textContent('body')).toContain('You are in.')
      expect(await saidAtParty(chromium)).toBe(user.name)
      expect(recorded()).toEqual(made)
      expect(made.map((one) => one.split('?', 1)[0])).toEqual([
        'GET https://party.test/private',
        'GET https://broker.test/wsfed',
        'POST https://broker.test/wsfed',
        'POST https://party.test/_trust/',
        'GET https://party.test/private',
        'GET https://party.test/whoami',
      ])
      expect(
        (await chromium.profile.cookies()).map(({ name, httpOnly, secure, sameSite }) => ({
          name,
          httpOnly,
          secure,
          sameSite,
        })),
      ).toEqual([{ name: 'FedAuth', httpOnly: true, secure: true, sameSite: 'Lax' }])
    }))

  test('without scripts the form waits for its button, and nobody is signed in before', () =>
    atParty(false, async (chromium) => {
      const page = await chromium.profile.newPage()
      await page.goto(asked)
      await signsIn(page, user)
      await page.waitForSelector('input[value=Continue]')
      expect(await saidAtParty(chromium)).toBeUndefined()
      await page.click('input[value=Continue]')
      await page.waitForURL(asked)
      expect(await saidAtParty(chromium)).toBe(user.name)
    }))

  test.for(parties.map((party, index) => ({ party, upstream: tenants[index]?.upstream, as: users[index] as User })))(
    'the reference broker signs in over $upstream, and its form posts the token to the party by itself',
    async ({ party, as }) => {
      const target = readTarget(referenceBroker(), 'x')
      const universe = await openUniverse({ target, world, transport: 'direct' })
      const posted: WireRequest[] = []
      const atBroker = universe.visitor(check)
      const { target: origin, paths } = universe.at
      const metadata = await atBroker({ method: 'GET', origin, rawPath: paths.metadata, headers: [] })
      const wire: Wire = async (request, signal) => {
        if (request.origin !== new URL(party.reply).origin) return atBroker(request, signal)
        posted.push(request)
        return textResponse(200, 'received')
      }
      try {
        const names = hostsOf([universe.at.target, universe.at.idp, party.reply])
        await inChromium({ wire, names, ca: world.ca }, async ({ profile }) => {
          const made = requestsOf(profile)
          const page = await profile.newPage()
          await page.goto(withQuery(origin + paths.signIn, signInQuery({ realm: party.realm, context: 'a context' })))
          await signsIn(page, as)
          const accepts = page.locator('[name=accept], [value=accept]')
          await accepts.or(page.getByText('received')).first().waitFor()
          if (await accepts.count()) await accepts.click()
          await page.waitForURL(party.reply)
          expect(made.at(-1)).toBe(`POST ${party.reply}`)
          expect(visits(universe.transcript.of(check))).toEqual([
            `GET ${origin}${paths.metadata}`,
            ...made.slice(0, -1),
          ])
        })
      } finally {
        await universe.close()
      }
      expect(seenIn(party, posted, { metadata, clock: universe.clock })).toContain(as.name)
    },
  )

  test('a certificate of another key is not trusted, and a name of nobody leads nowhere', async () => {
    const other = await serve(welcome, await world.ca.issue(['127.0.0.1']))
    try {
      await inChromium({ wire: welcome, names: ['party.test'], ca: world.ca }, async ({ profile }) => {
        const opened = async (url: string) => {
          const page = await profile.newPage()
          const answer = page.goto(url).then((given) => given?.text())
          return answer.catch((cause: unknown) => /ERR_\w+/.exec(String(cause))?.[0])
        }
        expect(await opened(`https://127.0.0.1:${other.port}/`)).toBe('ERR_CERT_AUTHORITY_INVALID')
        expect(await opened('https://party.example/')).toBe('ERR_NAME_NOT_RESOLVED')
        expect(await opened('https://party.test/')).toBe('welcome')
      })
    } finally {
      await other.close()
    }
  })

  test('it is closed when a test fails', async () => {
    const seen: { port: number } = { port: 0 }
    const processes = () =>
      spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
        .stdout.split('\n')
        .filter((line) => line.includes(`127.0.0.1:${seen.port}`))
    const failing = inChromium({ wire: welcome, names: ['party.test'], ca: world.ca }, async ({ port }) => {
      seen.port = port
      expect(processes()).not.toEqual([])
      throw new Error('the test fails')
    })
    await expect(failing).rejects.toThrow('the test fails')
    expect(processes()).toEqual([])
  })
})
