import { expect, test } from 'vitest'
import { makeKeyring } from '../fixtures/world/world.ts'
import { makeBroker } from '../mocks/broker/broker.ts'
import type { Spoiled } from '../mocks/spoiled.ts'
import { spoiledMetadata, spoiledResults } from '../mocks/spoiled.ts'
import { configuresParty, metadataPublished, strongSignatures } from '../suites/broker/sign-in/metadata.ts'
import { sameUser } from '../suites/broker/sign-in/claims.ts'
import { endsSession } from '../suites/broker/sign-in/sign-out.ts'
import { ownToken, registeredVersion } from '../suites/broker/sign-in/token.ts'
import { instantsInUtc } from '../suites/broker/sign-in/utc.ts'
import type { Suspect } from './proving-ground.ts'
import { verdictsOn } from './proving-ground.ts'

const keyring = await makeKeyring()
const readers = [ownToken, registeredVersion, sameUser, instantsInUtc, strongSignatures, endsSession]
const timeout = 300_000

/** What checks make of a spoiled broker: the id of each and its status, with the kind of what it accuses of. */
const judgedOn = async ({ around }: Spoiled, chosen: readonly (typeof readers)[number][]) => {
  const open: Suspect['open'] = (provision, io) => {
    const wire = around(makeBroker(provision, io))
    return { wire, nodes: [wire, wire] }
  }
  const verdicts = await verdictsOn({ open, requestMs: 5_000 }, { keyring, seed: 1, chosen, runs: 2, checkMs: 20_000 })
  return verdicts
    .filter(({ check }) => chosen.some(({ id }) => id === check))
    .map((verdict) => [verdict.check, verdict.status === 'fail' ? verdict.signature : verdict.status])
}
const inconclusive = (chosen: readonly (typeof readers)[number][], accused: Record<string, string> = {}) =>
  chosen.map(({ id }) => [id, accused[id] ?? 'inconclusive'])

/** What is no token at all is no SAML assertion, whoever reads it. */
const noToken = { [registeredVersion.id]: 'sign-in.token-type/no-token' }
const accusedOf: Partial<Record<keyof typeof spoiledResults, Record<string, string>>> = {
  'broken-xml': noToken,
  'no-xml': noToken,
  'empty-result': noToken,
}

test.for(Object.keys(spoiledResults) as (keyof typeof spoiledResults)[])(
  'a target that spoils its results: %s',
  { timeout },
  async (id) => {
    const began = performance.now()
    const signsNobodyIn = readers.filter((check) => check !== endsSession)
    expect(await judgedOn(spoiledResults[id], signsNobodyIn)).toEqual(inconclusive(signsNobodyIn, accusedOf[id]))
    expect(performance.now() - began).toBeLessThan(timeout / 2)
  },
)

const document = metadataPublished.id
const party = configuresParty.id
// oxfmt-ignore
const ofMetadata: Record<keyof typeof spoiledMetadata, Record<string, string>> = {
  'metadata-is-html': { [document]: 'metadata.published/malformed' },
  'metadata-is-empty': { [document]: 'metadata.published/malformed' },
  'metadata-is-json': { [document]: 'metadata.published/malformed' },
  'metadata-is-cut': { [document]: 'metadata.published/malformed' },
  'metadata-is-fifty-megabytes': {},
  'metadata-is-a-bomb': {},
  'metadata-names-a-file': {},
  'metadata-of-no-certificate': { [document]: 'metadata.published/incomplete' },
  'metadata-of-no-base64': { [document]: 'metadata.published/incomplete' },
  'metadata-of-no-place': { [document]: 'pass', [party]: 'metadata.configures-party/endpoint', [ownToken.id]: 'pass' },
}

test.for(Object.keys(spoiledMetadata) as (keyof typeof spoiledMetadata)[])(
  'a target that spoils its metadata: %s',
  { timeout },
  async (id) => {
    const chosen = [metadataPublished, configuresParty, ownToken]
    expect(await judgedOn(spoiledMetadata[id], chosen)).toEqual(inconclusive(chosen, ofMetadata[id]))
  },
)
