import type { CacheFaults } from './cache-fault.ts'

const mayFail = 'cache.refresh-may-fail'

/** Faults in what others do while a token is renewed. */
export const cacheLateFaults = {
  'cache.waits-for-every-renewal': {
    does: 'answers nobody while the token of anybody is being renewed',
    breaks: mayFail,
    policy: 'waitsFor',
    instead: (_, underWay) => underWay.length > 0,
  },
  'cache.waits-for-two-renewals': {
    does: 'answers nobody while the tokens of two or more are being renewed',
    breaks: mayFail,
    policy: 'waitsFor',
    instead: (_, underWay) => underWay.length > 1,
  },
} as const satisfies CacheFaults
