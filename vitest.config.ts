import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    // No limit on how long a test may take: these only end what hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    coverage: { provider: 'v8', include: ['src/**', 'dissectors/**'] },
  },
})
