import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules', 'dist'],
    globalSetup: 'test/temporary.ts',
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    retry: 0,
    testTimeout: mode === 'prove' ? 1_800_000 : 900_000,
    hookTimeout: 900_000,
    provide: { proves: mode === 'prove' ? 'all' : 'a share' },
  },
}))
