import { setTimeout } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import { Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker, type WorkerOptions } from '@temporalio/worker'
import { expect } from 'vitest'
import type { Channel } from '../../activities/escalate-dependencies.ts'
import { createEscalateActivities } from '../../activities/escalate.ts'
import { createIncidentActivities } from '../../activities/incident.ts'
import { createRemediateActivities } from '../../activities/remediate.ts'
import type { AcceptedAlert } from '../../src/domain/alert.ts'
import type { Configuration } from '../../src/domain/configuration.ts'
import { groupRows } from '../../src/domain/dispatch.ts'
import { fnv1a64 } from '../../src/domain/hash.ts'
import { type Incident, incidentWorkflowId } from '../../src/domain/incident.ts'
import type { Command, IncidentStatus } from '../../src/domain/incident-messages.ts'
import { createAlertInbox } from '../../src/postgres/alert-inbox.ts'
import { createAttemptRecords } from '../../src/postgres/attempts.ts'
import { createConfigurationRecords } from '../../src/postgres/configurations.ts'
import { type Database, migrate, openDatabase } from '../../src/postgres/database.ts'
import { createDispatchRecords } from '../../src/postgres/dispatch.ts'
import { createIncidentRecords } from '../../src/postgres/incidents.ts'
import { createPageRecords } from '../../src/postgres/pages.ts'
import { createTimelineRecords } from '../../src/postgres/timeline.ts'
import { CommandRefused, createIncidentClient, taskQueue } from '../../src/temporal/incident-client.ts'
import { incidentConfiguration, type IncidentRules, minute } from './incident-configuration.ts'
import { createIncidentWorld, type IncidentWorld, keyOf } from './incident-world.ts'
import { remediateDependencies } from './remediation.ts'
import { startPostgres } from './servers.ts'
import { bundleWorkflows } from './temporal.ts'

export type Incidents = Awaited<ReturnType<typeof startIncidents>>

/**
 * Incidents with the real bundle of workflows, the real activities of incident, paging and remediation, and the real stores. Metrics,
 * actions, providers, evidence and the review's text are the world's. Each test has a world of its own.
 */
export async function startIncidents(begin: () => Promise<TestWorkflowEnvironment>) {
  const workflowBundle = await bundleWorkflows('../../workflows/index.ts', import.meta.url)
  await using starting = new AsyncDisposableStack()
  const postgres = starting.adopt(await startPostgres(), (one) => one.stop())
  const database = starting.adopt(openDatabase(postgres.url), (one) => one.close())
  const temporal = starting.adopt(await begin(), (one) => one.teardown())
  await migrate(database.pool)
  let world = createIncidentWorld(0, {})
  let configuration: Configuration = incidentConfiguration(0)
  let begun: IncidentStory[] = []
  const workers: (() => Promise<void>)[] = []
  const startWorker = async (
    part: 'all' | 'workflows' | 'activities',
    options: Partial<WorkerOptions> = {},
  ) => {
    const worker = await Worker.create({
      connection: temporal.nativeConnection,
      taskQueue,
      ...(part === 'activities' ? {} : { workflowBundle }),
      ...(part === 'workflows' ? {} : { activities: activitiesOf(database.db, () => world) }),
      shutdownGraceTime: '1s',
      ...options,
    })
    const running = worker.run()
    const stop = async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown()
      await running
    }
    workers.push(stop)
    return stop
  }
  const stopWorkers = async () => {
    await Promise.all(workers.splice(0).map((stop) => stop()))
  }
  starting.defer(stopWorkers)
  await startWorker('all')

  const resources = starting.move()
  return {
    temporal,
    db: database.db,
    records: createIncidentRecords(database.db),
    /** A new world and a configuration of its own, as the next incident finds it. */
    async begin(rules: IncidentRules = {}): Promise<{ world: IncidentWorld; story: IncidentStory }> {
      world = createIncidentWorld(world.number + 1, rules)
      configuration = incidentConfiguration(world.number, rules)
      await createConfigurationRecords(database.db).save(configuration)
      const story = createStory({ temporal, db: database.db, world, configuration })
      begun.push(story)
      return { world, story }
    },
    /** Ends what a test left running, so that it does not reach into the next. */
    async end(): Promise<void> {
      world.release()
      await Promise.all(begun.map((story) => story.end()))
      begun = []
      if (temporal.supportsTimeSkipping) await unlockTime(temporal)
      // Another test pages the same people, whose next message would wait after several.
      await database.db.deleteFrom('pages').execute()
    },
    /** The server's time, epoch milliseconds. */
    now: (): Promise<number> => temporal.currentTimeMs(),
    /** What is configured now is stored as a revision, as a start does. */
    async save(changed: IncidentWorld): Promise<void> {
      await createConfigurationRecords(database.db).save(revised(changed))
    },
    /** Lets this much time pass for the workflows. */
    sleep: (ms: number) => temporal.sleep(ms),
    /**
     * From now on workflows and activities have a worker each. The one for activities does one at a time and is the test's to stop: a workflow's
     * next task that came up while its worker ended was seen never to start again on the time-skipping server.
     */
    async splitWorker(): Promise<{ stop(): Promise<void>; restart(): Promise<unknown> }> {
      await stopWorkers()
      await startWorker('workflows')
      const stop = await startWorker('activities', { maxConcurrentActivityTaskExecutions: 1 })
      return { stop, restart: () => startWorker('activities') }
    },
    stop: () => resources.disposeAsync(),
  }
}

function activitiesOf(db: Database, world: () => IncidentWorld) {
  const incidents = createIncidentRecords(db)
  const configurations = createConfigurationRecords(db)
  const timeline = createTimelineRecords(db)
  const now = serverTime
  const running = () => revised(world())
  const common = { incidents, configurations, timeline, now, running }
  const channel: Channel = {
    keepsIncidents: false,
    bundles: true,
    hasKey: true,
    send: (_, message) => world().send(message),
  }
  const paging = {
    ...common,
    pages: createPageRecords(db),
    schedules: { current: () => Promise.resolve(new Map(Object.entries(running().schedules))) },
    publicUrl: 'https://firewatch.example.com',
    retryBaseMs: 20,
  }
  const escalate = createEscalateActivities({
    ...paging,
    channels: {
      webhook: channel,
      telegram: channel,
      slack: channel,
      email: channel,
      pagerduty: { ...channel, keepsIncidents: true, bundles: false },
    },
  })
  const remediate = () =>
    createRemediateActivities({ ...remediateDependencies(db, world().remediation), ...common })
  return {
    ...createIncidentActivities(common),
    ...escalate,
    ...Object.fromEntries(
      Object.keys(remediate()).map((name) => [
        name,
        (input: never) => (remediate() as Record<string, (input: never) => unknown>)[name]?.(input),
      ]),
    ),
    collectEvidence: (input: { incident: number; stage: string }) => world().collectEvidence(input),
    draftReview: (input: { incident: number }) => world().draftReview(input),
  }
}

/** The configuration as a test left it: another revision than the one that the incident began with. */
function revised({ number, rules }: IncidentWorld): Configuration {
  return { ...incidentConfiguration(number, rules), revision: `r${number}-${fnv1a64(JSON.stringify(rules))}` }
}

/** When the running activity was scheduled, by the clock of the server, which may be far ahead of ours. */
function serverTime(): Date {
  return new Date(Context.current().info.currentAttemptScheduledTimestampMs)
}

/** The time-skipping server measures deadlines by its own clock, which is far ahead after some tests. */
const answerWithinMs = 30 * 24 * 60 * minute

interface StoryParts {
  readonly temporal: TestWorkflowEnvironment
  readonly db: Database
  readonly world: IncidentWorld
  readonly configuration: Configuration
}

export type IncidentStory = ReturnType<typeof createStory>

/** What happens to the incidents of one grouping key, and how to look at it. */
function createStory({ temporal, db, world, configuration }: StoryParts) {
  const { groupingKey, labels } = keyOf(world)
  const workflowId = incidentWorkflowId(groupingKey)
  const client = createIncidentClient(temporal.client, answerWithinMs)
  /** Never lets time be skipped. */
  const watching = new Client({ connection: temporal.connection })
  const handle: WorkflowHandle = watching.workflow.getHandle(workflowId)
  const incidents = createIncidentRecords(db)
  let events = 0
  let commands = 0

  const alert = (status: AcceptedAlert['status'], fingerprint: string, severity: string): AcceptedAlert => {
    const at = new Date(Date.parse('2026-03-01T03:00:00Z') + ++events * minute).toISOString()
    return {
      fingerprint: `${world.number}/${fingerprint}`,
      status,
      labels: { ...labels, severity, group: fingerprint },
      annotations: { summary: `${fingerprint} fires` },
      startsAt: at,
      ...(status === 'resolved' ? { endsAt: at } : {}),
      source: 'test',
      eventId: `${world.number}/${events}`,
    }
  }
  const newest = async (): Promise<Incident> => {
    const { number } = await db
      .selectFrom('incidents')
      .select('number')
      .where('grouping_key', '=', groupingKey)
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow()
    return incidents.get(number)
  }
  /** Brings what waits in the inbox to its incident, as the dispatcher does, but tells nobody. */
  const apply = async (alerts: readonly AcceptedAlert[]) => {
    await createAlertInbox(db).acceptAlerts(alerts)
    const dispatch = createDispatchRecords(db)
    const told: Awaited<ReturnType<typeof dispatch.apply>>[] = []
    await dispatch.claim(500, [], async (rows) => {
      for (const group of groupRows(rows, configuration.routes)) {
        const opening = {
          configRevision: configuration.revision,
          chartToken: `token-${world.number}-${events}`,
        }
        told.push(await dispatch.apply(group, opening))
      }
      return rows.map(({ id }) => id)
    })
    return told.filter((incident) => incident !== undefined)
  }
  const deliver = async (alerts: readonly AcceptedAlert[]) => {
    for (const incident of await apply(alerts)) await client.signalAlertsChanged(incident)
  }
  const fire = (fingerprint = 'ios', severity = 'critical') =>
    deliver([alert('firing', fingerprint, severity)])
  const name = async () => `INC-${(await newest()).number}`

  return {
    workflowId,
    groupingKey,
    client,
    handle,
    newest,
    name,
    apply,
    fire,
    /** An alert fires that began at this moment by the server's clock. */
    async fireNow(fingerprint: string): Promise<void> {
      const at = new Date(await temporal.currentTimeMs()).toISOString()
      await deliver([{ ...alert('firing', fingerprint, 'critical'), startsAt: at }])
    },
    /** An alert fires, and nobody tells the workflow yet. */
    fireUntold: (fingerprint = 'ios', severity = 'critical') =>
      apply([alert('firing', fingerprint, severity)]),
    clear: (fingerprint = 'ios') => deliver([alert('resolved', fingerprint, 'critical')]),
    /** A command of a person to the newest incident. */
    async command(actor: string, commandId = `command-${world.number}-${++commands}`): Promise<Command> {
      return { incident: (await newest()).number, actor, at: new Date().toISOString(), commandId }
    },
    status: () => handle.query<IncidentStatus>('status'),
    short,
    /** `r0/s1/ana/c0` of the pages that a provider took, in that order. */
    pages: () => world.sent.map(short),
    nowDoing: async () => (await newest()).nowDoing,
    stored: async () => createPageRecords(db).ofIncident((await newest()).number),
    attempts: async () => createAttemptRecords(db).ofIncident((await newest()).number),
    timeline: async () =>
      (await createTimelineRecords(db).ofIncident((await newest()).number)).map(({ summary }) => summary),
    child: (id: string): WorkflowHandle => watching.workflow.getHandle(id),
    historyOf: (id = workflowId) => watching.workflow.getHandle(id).fetchHistory(),
    /** How many events of each type a workflow has, such as `timerStarted`. */
    async eventsOf(id = workflowId): Promise<Record<string, number>> {
      const { events } = await watching.workflow.getHandle(id).fetchHistory()
      return countBy(events ?? [], typeOf)
    },
    /** Polls until it holds, without skipping time. */
    until: (look: () => unknown) => expect.poll(look, { timeout: 10_000, interval: 20 }),
    /** Lets time be skipped until the workflow, with all its runs, has ended. */
    ended: (): Promise<unknown> => temporal.client.workflow.getHandle(workflowId).result(),
    /**
     * Resolves what is open and waits for the end of it all, so that nothing reaches into the next test.
     */
    async end(): Promise<void> {
      const open = await db
        .selectFrom('incidents')
        .select('number')
        .where('grouping_key', '=', groupingKey)
        .where('state', '<>', 'resolved')
        .executeTakeFirst()
      const commandId = `end-${world.number}`
      const command = { incident: open?.number ?? 0, actor: 'test', at: new Date().toISOString(), commandId }
      if (open !== undefined) await client.resolve(groupingKey, command).catch(ifGone)
      const skipping = temporal.client.workflow
      await skipping.getHandle(workflowId).result().catch(ifGone)
      for (const id of (await childrenOf(handle).catch(ifGone)) ?? []) await skipping.getHandle(id).result()
    },
  }
}

function ifGone(error: unknown): undefined {
  const gone = error instanceof WorkflowNotFoundError || error instanceof CommandRefused
  if (!gone) throw error
}

async function childrenOf(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory()
  return (events ?? []).flatMap(
    ({ childWorkflowExecutionStartedEventAttributes: child }) => child?.workflowExecution?.workflowId ?? [],
  )
}

/** The time-skipping server forgets to unlock its clock when a child ends after its parent, as messages and reviews do. */
async function unlockTime(temporal: TestWorkflowEnvironment): Promise<void> {
  const passed = temporal.sleep(minute).then(() => true)
  while (!(await Promise.race([passed, setTimeout(200, false)]))) {
    await temporal.connection.testService?.unlockTimeSkipping({})
  }
}

function short(pageId: string): string {
  return pageId.replace(/^INC-\d+\//, '')
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}

/** The event's type as its one attribute names it. */
function typeOf(event: object): string {
  const suffix = 'EventAttributes'
  const [name = 'unknown'] = Object.entries(event).find(([key, value]) => key.endsWith(suffix) && value) ?? []
  return name.replace(suffix, '')
}
