import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { faulty, sideOf } from '../mocks/faults/catalogue.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import { decodeForm, valuesOf } from '../protocols/form.ts'
import { textOf, textResponse } from '../protocols/wire.ts'
import { brokerChecks as checks } from '../suites/index.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const paths = { metadata: '/federationmetadata/2007-06/federationmetadata.xml' }
const claims = checks
  .filter(({ id }) => /^(metadata|sign-in|sign-out|realm)\./.test(id))
  .flatMap((check) => check.kills.map((fault) => ({ check, fault })))
  .filter(({ fault }) => sideOf(fault) === 'sign-in')

/**
 * What is no mistake where order, wording and much else are the target's own: versions, lifetimes, a page of help elsewhere, and a
 * request of two meanings that is answered at a registered reply.
 */
const excused = [
  'metadata.failure.no-document broker.serves-broken-metadata',
  'metadata.failure.no-document broker.serves-empty-metadata',
  'sign-in.reissues.many-parties broker.issues-saml20-out-of-sessions',
  'sign-in.token-type.registered-version broker.issues-saml20-only',
  'sign-in.token-type.registered-version broker.issues-saml20-out-of-openid',
  'sign-in.lifetime.eight-hours broker.issues-for-an-hour',
  'sign-in.lifetime.eight-hours broker.issues-for-a-day',
  'sign-in.lifetime.old-session broker.counts-from-session',
  'sign-in.malformed.not-ws-federation broker.leads-off-from-refusals',
  'sign-in.malformed.repeated broker.takes-first-of-repeated-parameters',
  'sign-in.malformed.repeated broker.takes-last-of-repeated-parameters',
  'sign-in.malformed.repeated broker.overlooks-result-in-request',
  'sign-out.malformed.row broker.words-sign-outs-as-sign-ins',
  'sign-out.malformed.row broker.leads-off-from-refusals',
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

test('under wsfed a broker that leads off to a place that stands in the body alone is accused', async () => {
  const open: Suspect['open'] = (provision, io) => {
    const broker = makeBroker(provision, io)
    return {
      wire: async (request, signal) => {
        const stranger = valuesOf(request.method === 'POST' ? decodeForm(textOf(request)) : [], 'wreply').find(
          (reply) => reply.startsWith('https://stranger-'),
        )
        return stranger === undefined ? broker(request, signal) : textResponse(302, '', [['location', stranger]])
      },
    }
  }
  const chosen = checks.filter(({ id }) => id === 'sign-in.unregistered-reply.two-values')
  const suspect: Suspect = { open, dialect: { extends: 'wsfed', paths }, capabilities: ['wsfed-upstream', 'oidc'] }
  const [verdict] = await verdictsOn(suspect, { keyring, seed: 1, chosen })
  expect(verdict).toMatchObject({ status: 'fail', signature: 'sign-in.unregistered-reply/sent-away' })
})
