import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Tests start the command line hundreds of times: what Node made of the sources is kept between them.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/firewatch/compiled', import.meta.url),
)

/**
 * `unit` needs no process and no port. `servers` starts real ones: one PostgreSQL for the run, Temporal and chdb
 * for a file. `journeys` are whole stories told by the command line; they take real time, and have the machine for themselves.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.servers.test.ts', 'test/journeys/**', 'test/system/**'],
          maxWorkers: 2,
          // Properties go through thousands of cases, beside servers that take what time they need.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'servers',
          sequence: { groupOrder: 1 },
          include: ['test/**/*.servers.test.ts'],
          exclude: ['test/journeys/**'],
          globalSetup: 'test/support/run-servers.ts',
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'system',
          sequence: { groupOrder: 3 },
          include: ['test/system/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'journeys',
          sequence: { groupOrder: 2 },
          include: ['test/journeys/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
})
