import { single, slice } from '../fixtures/world/slice.ts'
import { makeUniverseClock } from '../harness/clock/universe-clock.ts'
import { registrationOf } from '../harness/control/registration.ts'
import { resolveDialect } from '../harness/dialects/resolve.ts'
import type { Room } from '../harness/judge/judge.ts'

const dialect = resolveDialect('k2trust')
/** A room without a target, in which the judge can be tried on checks that never browse. */
export const room: Room = {
  role: 'broker',
  dialect,
  at: { target: 'https://broker.test', idp: 'https://login.test', paths: dialect.paths },
  capabilities: new Set(['oauth', 'speaks:authorize']),
  profile: { skew: 600, requestMs: 1_000, checkMs: 1_000, stateBytes: 1_024, tokenVersions: ['1.1', '2.0'] },
  triggers: {},
  application: { id: 'application', realm: 'https://broker.test/', reply: 'https://broker.test/wsfed/reply' },
  clock: makeUniverseClock(),
  rotateKey: async () => undefined,
  registration: registrationOf(undefined, { target: 'https://broker.test', capabilities: [] }),
  storage: async () => [],
  storageRaw: async () => [],
  logs: async () => [],
  restart: async () => undefined,
  hostile: () => undefined,
  asserts: () => undefined,
  slice: (check) => slice(1, check, single),
  nodes: 0,
  browser: () => {
    throw new TypeError('nobody browses here')
  },
  forges: (token) => Promise.resolve(token),
  fromTarget: () => [],
  listen: () => () => undefined,
  beginCase: () => undefined,
  pinCase: () => undefined,
}
