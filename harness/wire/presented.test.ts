import { X509Certificate } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { makeAuthority } from '../../fixtures/world/authority.ts'
import { textResponse } from '../../protocols/wire.ts'
import { presentedAt } from './presented.ts'
import { serve } from './serve.ts'

test('the certificate that is presented is told, whoever has issued it', async () => {
  const identity = await (await makeAuthority()).issue(['127.0.0.1'])
  const served = await serve(async () => textResponse(200, ''), identity)
  onTestFinished(served.close)
  const presented = await presentedAt(`https://127.0.0.1:${served.port}`)
  expect(presented).toBe(new X509Certificate(identity.cert).raw.toString('base64'))
})

test('where nobody listens there is none', async () => {
  const served = await serve(async () => textResponse(200, ''), await (await makeAuthority()).issue(['127.0.0.1']))
  await served.close()
  await expect(presentedAt(`https://127.0.0.1:${served.port}`)).rejects.toThrow('ECONNREFUSED')
})
