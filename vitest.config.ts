import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Tests start the command line hundreds of times: what Node made of the sources is kept between them.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/firewatch/compiled', import.meta.url),
)

/** Files that wait in real time for a minute or so, the longest first: begun last, they would be waited for alone. */
const longest = [
  'journeys/reload.test.ts',
  'journeys/crash.test.ts',
  'journeys/trouble.test.ts',
  'journeys/demo-crash.test.ts',
  'journeys/demo-escalates.test.ts',
  'journeys/demo-heals.test.ts',
  'journeys/crash-worker.test.ts',
  'journeys/tutorial.test.ts',
  'workflows/audit-workflows.servers.test.ts',
  'examples/feed/faults.servers.test.ts',
  'scripts/setup-temporal.servers.test.ts',
]

/** The order of files: as Vitest has it, with those that are known to take long in front of their project. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const projects = [...new Set(sorted.map(({ project }) => project))]
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).toSorted((a, b) => placeOf(a) - placeOf(b)),
    )
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((file) => moduleId.endsWith(`/test/${file}`))
  return place < 0 ? longest.length : place
}

/**
 * `unit` needs no process and no port. `servers` starts real ones: one PostgreSQL for the run, Temporal and chdb
 * for a file. Both share their modules between files: loading them anew for each is half the work. `journeys` are whole stories told by the command line; they take real time, and have the machine for themselves: those that only wait for
 * conditions let those of the demo go first. Much of the time is waiting, so that twice as many files as there are cores go on at once.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'unit',
          isolate: false,
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
          isolate: false,
          sequence: { groupOrder: 1 },
          include: ['test/**/*.servers.test.ts'],
          exclude: ['test/journeys/**'],
          globalSetup: 'test/support/run-servers.ts',
          pool: 'forks',
          maxWorkers: 4,
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
          maxWorkers: 4,
          env: { FIREWATCH_TEST_NICE: '10' },
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
})
