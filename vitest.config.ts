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
    testTimeout: mode === 'prove' ? 1_200_000 : 300_000,
    hookTimeout: 300_000,
    provide: { proves: mode === 'prove' ? 'all' : 'a share' },
  },
}))
