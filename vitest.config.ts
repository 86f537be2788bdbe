import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules', 'dist'],
    globalSetup: 'test/temporary.ts',
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    retry: 0,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
