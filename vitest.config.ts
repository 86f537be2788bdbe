import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules', 'dist'],
    globalSetup: 'test/temporary.ts',
    pool: 'threads',
    isolate: false,
    maxWorkers: Math.min(Math.max(availableParallelism(), 2), 6),
    retry: 0,
    testTimeout: mode === 'prove' ? 1_800_000 : 900_000,
    hookTimeout: 900_000,
    provide: { proves: mode === 'prove' ? 'all' : 'a share' },
  },
}))
