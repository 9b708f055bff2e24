import { expect } from 'vitest'
import type { AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { channelTraits } from '../../src/domain/page/channel-traits.ts'
import type { Configuration } from '../../src/domain/configuration/configuration.ts'
import type { Contact } from '../../src/domain/configuration/people.ts'
import { parseMatchers } from '../../src/domain/alert/matcher-text.ts'
import { groupRows } from '../../src/domain/alert/grouping.ts'
import { fnv1a64 } from '../../src/domain/values/hash.ts'
import { duesOf } from '../../src/domain/incident/outline.ts'
import { replay } from '../../src/domain/incident/run.ts'
import { type MachineState, newIncident, type Task } from '../../src/domain/incident/state.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { Command, CommandAnswer } from '../../src/domain/incident/messages.ts'
import { createRecords, type Records } from '../../src/app/records.ts'
import type { Channel } from '../../src/paging/dependencies.ts'
import { createPageSender, type PageSender } from '../../src/paging/sender.ts'
import { migrate, openDatabase } from '../../src/postgres/database.ts'
import { listenTo } from '../../src/postgres/listen.ts'
import { pagesChannel } from '../../src/postgres/page-outbox.ts'
import { incidentConfiguration, type IncidentRules } from './incident-configuration.ts'
import { createIncidentWorld, type IncidentWorld, keyOf } from './incident-world.ts'
import { startPostgres } from './servers.ts'

export type Incidents = Awaited<ReturnType<typeof startIncidents>>

interface IncidentsOptions {
  /** `moved` by the test, or as it is. */
  readonly clock?: 'moved' | 'real'
}

/** When a world's clock begins: on a Sunday night. */
const beginning = Date.parse('2026-03-01T03:00:00Z')

/**
 * Incidents on the real store, with the real dispatch, commands and sender of pages, over a clock that the test moves: whatever falls due on the way
 * happens at its time. Providers, evidence and reviews are the world's, and remediation is nobody's here. Each test has a world of its own.
 */
export async function startIncidents({ clock: kind = 'moved' }: IncidentsOptions = {}) {
  await using starting = new AsyncDisposableStack()
  const postgres = starting.adopt(await startPostgres(), (one) => one.stop())
  const database = starting.adopt(openDatabase(postgres.url), (one) => one.close())
  await migrate(database.pool)
  const clock = kind === 'real' ? realClock() : { at: beginning }
  let world = createIncidentWorld(0, {})
  const now = () => new Date(clock.at)
  const records = createRecords(database.db, now, {
    running: () => revised(world),
    newToken: () => crypto.randomUUID(),
  })
  const sender = createPageSender({
    outbox: records.sending,
    channels: channelsOf(() => world),
    running: () => revised(world),
    configurations: records.configurations,
    publicUrl: 'https://firewatch.example.com',
    listen: (notice) => listenTo(database.pool, pagesChannel, notice, () => undefined),
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => expect.fail(JSON.stringify(fields)),
    },
    now,
    retryBaseMs: 20,
  })
  const parts: Parts = { records, sender, clock, isReal: kind === 'real', world: () => world }
  const resources = starting.move()
  return {
    db: database.db,
    pool: database.pool,
    records,
    sender,
    clock,
    /** A new world and a configuration of its own, as the next incident finds it. */
    async begin(rules: IncidentRules = {}): Promise<{ world: IncidentWorld; story: IncidentStory }> {
      world = createIncidentWorld(world.number + 1, rules)
      const configuration = incidentConfiguration(world.number, rules)
      await records.configurations.save(configuration)
      await records.configurations.save(revised(world))
      // Another test pages the same people, whose next message would wait after several.
      await database.db.deleteFrom('pages').execute()
      await database.db.deleteFrom('silences').execute()
      return { world, story: createStory(parts, world, configuration) }
    },
    now: () => clock.at,
    /** What is configured now is stored as a revision, as a start does. */
    save: (changed: IncidentWorld) => records.configurations.save(revised(changed)),
    /** Ben silences what these matchers match, from now on. */
    async silence(matchers: string, forMs: number, comment = 'new disks') {
      const { at } = clock
      const draft = {
        matchers: parseMatchers(matchers),
        startsAt: at,
        endsAt: at + forMs,
        createdBy: 'ben',
        comment,
      }
      const id = crypto.randomUUID()
      const change = await records.silences.set({ draft, previous: null, newId: id, requestKey: id, at })
      if (change === undefined) throw new Error('no silence was made')
      return change.silence
    },
    /** Lets this much time pass; what falls due meanwhile happens at its time. */
    sleep: (ms: number) => pass(parts, clock.at + ms),
    /** Everything that can happen at this moment. */
    settle: () => settle(parts),
    stop: () => resources.disposeAsync(),
  }
}

/** The time as it is, which nobody moves. */
function realClock(): { at: number } {
  return {
    get at() {
      return Date.now()
    },
    set at(_at) {},
  }
}

interface Parts {
  readonly records: Records
  readonly sender: PageSender
  readonly clock: { at: number }
  /** Sender and workflows run by themselves. */
  readonly isReal: boolean
  readonly world: () => IncidentWorld
}

function channelsOf(world: () => IncidentWorld): Record<Contact['channel'], Channel> {
  const channel: Channel = {
    ...channelTraits.webhook,
    send: (_contact, message) => world().send(message),
  }
  const pagerduty = { ...channel, ...channelTraits.pagerduty }
  return { webhook: channel, telegram: channel, slack: channel, email: channel, pagerduty }
}

/** The configuration as a test left it: another revision than the one that the incident began with. */
function revised({ number, rules }: IncidentWorld): Configuration {
  return { ...incidentConfiguration(number, rules), revision: `r${number}-${fnv1a64(JSON.stringify(rules))}` }
}

async function pass(parts: Parts, until: number): Promise<void> {
  const { clock } = parts
  await settle(parts)
  for (let next = await nextDue(parts); next !== null && next <= until; next = await nextDue(parts)) {
    clock.at = Math.max(next, clock.at)
    await tick(parts)
    await settle(parts)
  }
  clock.at = Math.max(until, clock.at)
}

async function openStates({ records, world }: Parts): Promise<MachineState[]> {
  const { labels } = keyOf(world())
  const found = await records.incidents.list({ limit: 1_000 })
  const own = found.filter((one) => one.labels['alertname'] === labels['alertname'])
  const states = await Promise.all(own.map(({ number }) => records.incidents.machine(number)))
  return states.filter((state) => state !== null)
}

async function nextDue(parts: Parts): Promise<number | null> {
  const states = await openStates(parts)
  const page = await parts.records.sending.nextDue()
  const dues = [
    ...states.flatMap((state) => duesOf(state)).map(({ at }) => at),
    ...(page === null ? [] : [page.getTime()]),
  ]
  return dues.length === 0 ? null : Math.min(...dues)
}

/** What an incident's workflow does when it wakes up. */
async function tick(parts: Parts): Promise<void> {
  const { records, clock } = parts
  for (const state of await openStates(parts)) {
    if (!duesOf(state).some(({ at }) => at <= clock.at)) continue
    await records.machine.take(state.incident, async () => ({ event: { type: 'tick', at: clock.at } }))
  }
}

/** Sends what is due, runs what is to run, until nothing is left to be done at this moment. */
async function settle(parts: Parts): Promise<void> {
  if (parts.isReal) return
  for (;;) {
    const sent = await parts.sender.sendDue()
    const ran = await runTasks(parts)
    if (sent + ran === 0) return
  }
}

async function runTasks(parts: Parts): Promise<number> {
  const { records, clock, world } = parts
  const waiting = (await openStates(parts)).flatMap(({ incident, tasks }) =>
    tasks.filter(({ kind }) => kind !== 'remediate').map((task) => ({ incident, task })),
  )
  for (const { incident, task } of waiting) {
    await runTask(world(), incident, task)
    await records.machine.take(incident, async () => ({ event: { type: 'task-ended', task, at: clock.at } }))
  }
  return waiting.length
}

async function runTask(world: IncidentWorld, incident: number, task: Task): Promise<void> {
  if (task.kind === 'investigate') await world.collectEvidence({ stage: task.stage })
  if (task.kind === 'review') await world.draftReview({ incident })
}

export type IncidentStory = ReturnType<typeof createStory>

type Commands = Records['commands']

/** What happens to the incidents of one grouping key, and how to look at it. */
function createStory(parts: Parts, world: IncidentWorld, configuration: Configuration) {
  const { records, clock } = parts
  const { groupingKey, labels } = keyOf(world)
  let events = 0
  let commands = 0

  const alert = (status: AcceptedAlert['status'], fingerprint: string, severity: string): AcceptedAlert => {
    // A moment apart, since of two events of one instant the source's clock says nothing.
    events++
    const at = new Date(++clock.at).toISOString()
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
    const [found] = (await records.incidents.list({ limit: 1_000 })).filter(
      (one) => one.groupingKey === groupingKey,
    )
    if (found === undefined) throw new Error(`there is no incident of ${groupingKey}`)
    return found
  }
  /** Brings alerts to their incident, as intake and dispatcher do. */
  const apply = async (alerts: readonly AcceptedAlert[]) => {
    await records.inbox.acceptAlerts(alerts)
    // Accepted by the clock of the test, not by that of the database.
    const acceptedAt = new Date(clock.at).toISOString()
    const claimed = await records.dispatch.claim(10_000, [], 30_000)
    const rows = claimed.map((row) => ({ ...row, acceptedAt }))
    for (const group of groupRows(rows, configuration).groups) {
      const opening = { configRevision: configuration.revision, chartToken: crypto.randomUUID() }
      await records.dispatch.apply(group, opening, new Date(clock.at))
    }
  }
  const deliver = async (alerts: readonly AcceptedAlert[]) => {
    await apply(alerts)
    await settle(parts)
  }
  const command = async (
    actor: string,
    commandId = `command-${world.number}-${++commands}`,
  ): Promise<Command> => ({
    incident: (await newest()).number,
    actor,
    at: new Date(clock.at).toISOString(),
    commandId,
  })
  return {
    groupingKey,
    newest,
    apply,
    alert,
    deliver,
    command,
    fire: (fingerprint = 'ios', severity = 'critical') => deliver([alert('firing', fingerprint, severity)]),
    clear: (fingerprint = 'ios') => deliver([alert('resolved', fingerprint, 'critical')]),
    /** An alert fires that began at this moment. */
    fireNow: (fingerprint: string) => deliver([alert('firing', fingerprint, 'critical')]),
    /** A command of a person to the newest incident. */
    async give<Verb extends keyof Commands>(
      verb: Verb,
      actor: string,
      more: Omit<Parameters<Commands[Verb]>[0], keyof Command> & { commandId?: string } = {} as never,
    ): Promise<CommandAnswer> {
      const give = records.commands[verb] as (command: Command) => Promise<CommandAnswer>
      const answer = await give({ ...(await command(actor)), ...more })
      await settle(parts)
      return answer
    },
    /** Everything configured may be another now. */
    async tellConfigurationChanged(): Promise<void> {
      await parts.records.configurations.save(revised(world))
      const { number } = await newest()
      await records.machine.take(number, async () => ({
        event: { type: 'configuration-changed', at: clock.at },
      }))
      await settle(parts)
    },
    short,
    /** `r0/s1/ana/c0` of the pages that a provider took, in that order. */
    pages: () => world.sent.map(short),
    /** The same of steps, without the messages that follow them. */
    calls: () => world.sent.map(short).filter((page) => /^r\d/.test(page)),
    nowDoing: async () => (await newest()).nowDoing,
    machine: async () => {
      const state = await records.incidents.machine((await newest()).number)
      if (state === null) throw new Error('nothing was decided yet')
      return state
    },
    stored: async () => records.pages.ofIncident((await newest()).number),
    timeline: async () =>
      (await records.timeline.ofIncident((await newest()).number)).map(({ summary }) => summary),
    facts: async () => (await records.timeline.ofIncident((await newest()).number)).map(({ fact }) => fact),
    /** The state that its stored events lead to. */
    async replayed(): Promise<MachineState> {
      const { number } = await newest()
      const [opened, ...later] = await records.incidents.eventsOf(number)
      if (opened?.type !== 'opened') throw new Error('its first event does not open it')
      return replay(newIncident(number, opened.severity, opened.settings), [opened, ...later])
    },
  }
}

function short(pageId: string): string {
  return pageId.replace(/^INC-\d+\//, '')
}
