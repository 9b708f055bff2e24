import { Client } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import type { RemediateDependencies } from '../../activities/remediate-dependencies.ts'
import { createRemediateActivities, type RemediateActivities } from '../../activities/remediate.ts'
import type { RemediationAttempt } from '../../src/domain/remediate/remediation.ts'
import { createAttemptRecords } from '../../src/postgres/attempts.ts'
import { migrate, openDatabase } from '../../src/postgres/database.ts'
import type { Descent, descent } from './remediate-workflows.ts'
import {
  createRemediationWorld,
  openIncident,
  remediateDependencies,
  rung,
  type WorldOptions,
} from './remediation.ts'
import { startPostgres } from './servers.ts'
import { bundleWorkflows } from './temporal.ts'

export const ladder = [rung('flush'), rung('restart')]

export interface DescentOptions extends WorldOptions {
  /** What a test exchanges in the activities' dependencies. */
  readonly exchange?: (deps: RemediateDependencies) => RemediateDependencies
}

export type Descents = Awaited<ReturnType<typeof startDescents>>

/** Goes down ladders with the real workflows, activities and stores, each test on an incident and a task queue of its own. */
export async function startDescents(begin: () => Promise<TestWorkflowEnvironment>) {
  const workflowBundle = await bundleWorkflows('./remediate-workflows.ts', import.meta.url)
  await using starting = new AsyncDisposableStack()
  const postgres = starting.adopt(await startPostgres(), (one) => one.stop())
  const database = starting.adopt(openDatabase(postgres.url), (one) => one.close())
  const temporal = starting.adopt(await begin(), (one) => one.teardown())
  await migrate(database.pool)
  const { db } = database
  let world = createRemediationWorld()
  let incident = 0
  let taskQueue = ''

  const nextIncident = async () => {
    await openIncident(db, ++incident)
    return incident
  }
  const start = (changed: Partial<Descent> = {}) => {
    const input = { incident, ladder, sampleEveryMs: 60_000, ...changed }
    const workflowId = `descent-${input.incident}`
    return temporal.client.workflow.start<typeof descent>('descent', { taskQueue, workflowId, args: [input] })
  }
  const withActivities = <Result>(
    options: DescentOptions,
    use: (activities: RemediateActivities) => Promise<Result>,
  ): Promise<Result> => {
    const { exchange = (deps) => deps } = options
    return use(createRemediateActivities(exchange(remediateDependencies(db, world, options))))
  }
  const withWorker = async <Result>(story: () => Promise<Result>, options: DescentOptions = {}) => {
    return withActivities(options, async (activities) =>
      (await createWorker({ temporal, taskQueue, workflowBundle, activities })).runUntil(story),
    )
  }
  const running = starting.move()
  return {
    temporal,
    database,
    workflowBundle,
    start,
    withWorker,
    /** Without a workflow: as a worker does that takes a task up late. */
    withActivities,
    nextIncident,
    /** Waits without letting time be skipped: for use inside an activity, whose own time limits would otherwise be skipped to. */
    ended: (workflowId: string): Promise<unknown> =>
      new Client({ connection: temporal.connection }).workflow.getHandle(workflowId).result(),
    descend: (options: DescentOptions = {}, changed: Partial<Descent> = {}) =>
      withWorker(async () => (await start(changed)).result(), options),
    /** A sick world, an open incident, and guards that remember nothing. */
    async begin() {
      world = createRemediationWorld()
      await database.pool.query('TRUNCATE remediation_attempts, guard_fences, guard_switches')
      await nextIncident()
      taskQueue = `remediate-${incident}`
      return { world, incident, taskQueue }
    },
    attempts: (of: number): Promise<RemediationAttempt[]> => createAttemptRecords(db).ofIncident(of),
    stop: () => running.disposeAsync(),
  }
}

function createWorker({
  temporal,
  ...options
}: {
  temporal: TestWorkflowEnvironment
  taskQueue: string
  workflowBundle: WorkflowBundle
  activities: object
}): Promise<Worker> {
  return Worker.create({ connection: temporal.nativeConnection, ...options })
}
