import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { partyProvisionSchema } from '../fixtures/world/party-provision.ts'
import type { PartyProvision } from '../fixtures/world/party-provision.ts'
import { single } from '../fixtures/world/slice.ts'
import { makeKeyring, worldOf } from '../fixtures/world/world.ts'
import type { PartyDefinition } from '../harness/target/relying-party.ts'
import { readTarget } from '../harness/target/load.ts'
import { openUniverse } from '../harness/universe.ts'
import { textOf, textResponse } from '../protocols/wire.ts'
import { readMetadata } from '../protocols/metadata/read-metadata.ts'
import { makeRelyingParty } from '../mocks/relying-party/relying-party.ts'
import { honestParty } from '../mocks/relying-party/policies.ts'
import { referenceParty } from '../targets/reference/relying-party.ts'
import { targetFileSchema } from '../harness/target/target.ts'

const keyring = await makeKeyring()
const check = 'party.starts-loop.request'
const world = worldOf(1, [{ id: check, needs: { shape: single } }], keyring)

test.for(['direct', 'https'] as const)(
  'a party is told of its broker what the metadata say, over the %s wire, and a person can sign in there',
  async (transport) => {
    const told: { provision?: PartyProvision } = {}
    const definition: PartyDefinition = {
      ...referenceParty(),
      attach: {
        open(provision, io) {
          told.provision = provision
          return makeRelyingParty(provision, { ...io, policies: honestParty })
        },
      },
    }
    const universe = await openUniverse<'relying-party'>({
      target: readTarget(definition, 'x'),
      world,
      transport,
    })
    try {
      const { provision } = told
      expect(partyProvisionSchema.safeParse(provision).error).toBeUndefined()
      const { broker, party, at } = universe
      const browser = universe.browser(check, 'run', new AbortController().signal)
      const get = (origin: string, rawPath: string) => ({ method: 'GET', origin, rawPath, headers: [] })
      const { pathname } = new URL(provision?.broker.metadata ?? '')
      const [document] = await browser.go(get(at.broker, pathname))
      const read = readMetadata(textOf(document?.response ?? textResponse(500, '')))
      expect(read).toMatchObject({
        metadata: {
          entityId: provision?.broker.issuer,
          securityTokenService: {
            certificates: provision?.broker.certificates,
            passiveEndpoints: [provision?.broker.endpoint],
          },
        },
      })
      const [user] = universe.slice(check)?.users ?? []
      const journey = await browser.go(get(at.target, party.page), user)
      expect(journey.map(({ to }) => to)).toEqual(['target', 'broker', 'broker', 'target', 'target'])
      expect(journey.at(-1)?.request.rawPath).toBe(party.page)
      expect(broker.name).toBe(provision?.broker.issuer)
    } finally {
      await universe.close()
    }
  },
)

test.for(['guarded', 'mended', 'old', 'running'])(
  'the target file of an application, %s, keeps to its schema',
  (name) => {
    const file = join(import.meta.dirname, '..', 'targets', 'passport-wsfed-saml2', `${name}.json`)
    expect(targetFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).error).toBeUndefined()
  },
)
