import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Test files that say so of themselves: the quick run does not even load them. */
function longFiles(): string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .filter((path) => /^\/\*\* @module-tag long \*\/$/m.test(readFileSync(path, 'utf8')))
}

/** `vitest run` runs all tests, `vitest run --mode quick` leaves out those that are tagged "long", and draws fewer cases of properties. */
export default defineConfig(({ mode }) => {
  const quick = mode === 'quick'
  return {
    test: {
      include: ['test/**/*.test.ts'],
      exclude: quick ? longFiles() : [],
      tags: [{ name: 'long', description: 'Takes longer than a person waits for: npm run test:all runs it.' }],
      ...(quick ? { tagsFilter: ['!long'] } : {}),
      provide: { shareOfCases: quick ? 0.1 : 1 },
      globalSetup: ['test/support/setup/run-folder.ts'],
      setupFiles: ['own-folder', 'seed', 'equal-bytes'].map((name) => `test/support/setup/${name}.ts`),
      // Test files share a process: most of them take less time than starting one. What a test replaces is put back, so that no other sees it.
      isolate: false,
      restoreMocks: true,
      unstubEnvs: true,
      maxWorkers: '100%',
      // No limit on how long a test may take: these only end what hangs.
      testTimeout: 600_000,
      hookTimeout: 600_000,
      coverage: { provider: 'v8', include: ['src/**', 'dissectors/**'] },
    },
  }
})
