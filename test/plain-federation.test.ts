import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { faulty } from '../mocks/faults/catalogue.ts'
import { checks } from '../suites/index.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const paths = { metadata: '/federationmetadata/2007-06/federationmetadata.xml' }
const claims = checks
  .filter(({ id }) => /^(metadata|sign-in|sign-out|realm)\./.test(id))
  .flatMap((check) => check.kills.map((fault) => ({ check, fault })))

/** What is no mistake where order and wording are the target's own: versions, lifetimes, and a page of help elsewhere. */
const excused = [
  'sign-in.token-type.registered-version broker.issues-saml20-only',
  'sign-in.token-type.registered-version broker.issues-saml20-out-of-openid',
  'sign-in.lifetime.eight-hours broker.issues-for-an-hour',
  'sign-in.lifetime.eight-hours broker.issues-for-a-day',
  'sign-in.rejects-bad-upstream.id-token-issuer broker.leads-off-from-refusals',
  'sign-in.rejects-bad-upstream.id-token-tenant broker.leads-off-from-refusals',
]

test('under wsfed every claim holds but where the sources alone demand it', { timeout: 600_000 }, async () => {
  const missed: string[] = []
  for (const { check, fault } of claims) {
    const suspect = { ...faulty(fault), dialect: { extends: 'wsfed', paths } as const }
    const [verdict] = await verdictsOn(suspect, { keyring, seed: 1, chosen: [check] })
    if (verdict?.status !== 'fail') missed.push(`${check.id} ${fault}`)
  }
  expect(missed).toEqual(excused)
})
