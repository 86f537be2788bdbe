import type { BrokerClient } from '../broker/policies.ts'

/** The client for whom decisions are compared in tests of the faults. */
export const client: BrokerClient = {
  id: '01234567-89ab-cdef-0123-456789abcdef',
  tenant: 'tenant',
  name: 'name',
  secret: 'secret',
  oauth: true,
  tokenService: 'entra',
  resource: 'https://graph.test',
  authorizationEndpoint: 'https://login.test/authorize',
  tokenEndpoint: 'https://login.test/token',
  callback: 'https://broker.test/callback',
  redirectUris: ['https://app.test/callback'],
}
