import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    proves: 'all' | 'a share'
  }
}

/** How much a test that could go on for hours tries: `all` of it in `npm run prove`, and a fixed share in `npm test`. */
export const shareOf = (all: number, share: number): number => (inject('proves') === 'all' ? all : share)
