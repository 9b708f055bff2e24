import type { CurrentSchedules } from '../../src/app/on-call.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import { readingOf } from '../../src/domain/incident/reading.ts'
import type { Database } from '../../src/postgres/database.ts'
import { worldOf } from '../../src/postgres/incident-world.ts'
import { incident } from './pages.ts'

/** Whom the first step of a new incident pages at `at`, epoch milliseconds: what the store reads when it opens one. */
export async function pagedAtFirst(
  configuration: Configuration,
  schedules: CurrentSchedules,
  at: number,
): Promise<string[]> {
  const configurations = {
    running: () => configuration,
    get: async () => configuration,
    silences: async () => [],
    announced: async () => [],
    schedules: (_db: Database, names: readonly string[]) => schedules.current(names),
  }
  const reading = { type: 'read-step', position: { step: 1, round: 0 }, urged: false, begun: 0 } as const
  const begun = incident({ configRevision: configuration.revision })
  // Nothing of a step by schedule is read from the database but what people changed.
  const nothing = undefined as unknown as Database
  const world = await worldOf(
    nothing,
    configurations,
    begun,
    { ...begun, at: null, escalation: { kind: 'idle' }, merged: null, apart: false },
    reading,
    at,
  )
  const answered = readingOf(world, reading, at)
  if (answered.type !== 'step-read' || answered.reading.hold !== null) return []
  return answered.reading.pages.map(({ person }) => person)
}
