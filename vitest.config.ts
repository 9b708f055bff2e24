import { defineConfig } from 'vitest/config'

/**
 * `unit` needs no process and no port. `servers` starts real ones: one PostgreSQL for the run, Temporal and chdb
 * for a file, two files at a time. `journeys` are whole stories told by the command line.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
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
