import express from 'express'
import { exportPKCS8 } from 'jose'
import type { RequestListener } from 'node:http'
import wsfed from 'wsfed'
import { makeKeySet } from '../../fixtures/world/keys.ts'
import type { Provision } from '../../fixtures/world/provision.ts'
import { makeUpstream } from './upstream.ts'

/**
 * Makes a security token service of the package for the parties of a provision document. Their registered reply is all
 * that the package asks its user for; everything else is left as the package has it. The signing key is made here.
 */
export const makeService = async (provision: Provision): Promise<RequestListener> => {
  const parties = new Map(provision.parties.map((party) => [party.realm, party]))
  const { privateKey, publicJwk } = await makeKeySet(true, 'wsfed')
  const cert = `-----BEGIN CERTIFICATE-----\n${publicJwk.x5c?.[0]}\n-----END CERTIFICATE-----\n`
  const issuer = provision.application.realm
  const upstream = makeUpstream(provision, parties)

  const service = express()
  service.set('env', 'production')
  service.get('/health', (_, response) => response.send('ok'))
  service.get(
    '/FederationMetadata/2007-06/FederationMetadata.xml',
    wsfed.metadata({ issuer, cert, endpointPath: '/wsfed' }),
  )
  service.get(
    '/wsfed',
    upstream.ask,
    wsfed.auth({
      issuer,
      cert,
      key: await exportPKCS8(privateKey),
      getPostURL: (realm, _reply, _request, callback) => callback(null, parties.get(String(realm))?.reply),
    }),
  )
  service.post(new URL(provision.application.reply).pathname, express.urlencoded({ extended: false }), upstream.answer)
  return service
}
