import type { EscalationPolicy } from '../../../src/domain/configuration/escalation-policy.ts'
import type { NotificationRule } from '../../../src/domain/configuration/people.ts'
import { keepPosition, type NewPage, nextContactPage } from '../../../src/domain/escalate/escalate.ts'
import type { Change } from '../../../src/domain/incident/effect.ts'
import type { CommandEvent, MachineEvent, RemediationEnd } from '../../../src/domain/incident/event.ts'
import { firstDue } from '../../../src/domain/incident/outline.ts'
import { readingOf } from '../../../src/domain/incident/reading.ts'
import { countedGroup } from '../../../src/domain/incident/simulate.ts'
import { runSync } from '../../../src/domain/incident/run.ts'
import { type MachineState, newIncident, type Settings } from '../../../src/domain/incident/state.ts'
import type { AttributedFact } from '../../../src/domain/incident/turn.ts'
import type { Page } from '../../../src/domain/page/page.ts'
import type { Severity } from '../../../src/domain/values/severity.ts'
import { page as pageFixture } from '../../support/pages.ts'

/* A store, an outbox and a workflow as simple as can be: what is decided is done, in whatever order a test says. */

export interface Taken {
  readonly before: MachineState
  readonly event: MachineEvent
  readonly state: MachineState
  readonly facts: readonly AttributedFact[]
  readonly changes: readonly Change[]
}

export type RandomWorld = ReturnType<typeof createRandomWorld>

interface Rules {
  readonly policy: EscalationPolicy
  readonly other: EscalationPolicy
  readonly headStartMs: number
  readonly remediates: boolean
  readonly stillFiringAfterMs: number | null
}

type Plain<Event> = Event extends CommandEvent ? Omit<Event, 'actor' | 'commandId'> : never

const minute = 60_000

/** Sets of people's own rules; the first is nobody's. */
const ruleSets: readonly (readonly NotificationRule[] | undefined)[] = [
  undefined,
  [
    { contact: 0, afterMs: 0 },
    { contact: 1, afterMs: 7 * minute },
  ],
  [{ contact: 1, afterMs: 3 * minute }],
  [
    { contact: 0, afterMs: 0 },
    { contact: 0, afterMs: 10 * minute },
    { contact: 1, afterMs: 30 * minute },
  ],
]

export function createRandomWorld(rules: Rules, look: (taken: Taken) => void) {
  let policyName = rules.policy.name
  const settings = (): Settings => ({
    policy: policyName,
    stableForMs: 5 * minute,
    headStartMs: rules.headStartMs,
    remediates: rules.remediates,
    stillFiringAfterMs: rules.stillFiringAfterMs,
    group: {
      rooms: ['#ops'],
      waitMs: minute,
      intervalMs: 5 * minute,
      repeatMs: 60 * minute,
      sendResolved: true,
    },
  })
  const start = newIncident(42, 'P1', settings())
  let state = start
  let now = 0
  let ruleSet = 0
  let maintenanceUntil = 0
  const began: number[] = []
  const events: MachineEvent[] = []
  const commands: (MachineEvent & CommandEvent)[] = []
  const pages = new Map<string, Page>()
  const policyOf = (name: string) => (name === 'other' ? rules.other : rules.policy)

  const reachable = (person: string) => {
    if (person === 'carl') return { contacts: [] }
    const contacts = [{ channel: 'webhook' }, { channel: 'slack' }]
    const notify = ruleSets[ruleSet]
    return notify === undefined ? { contacts } : { contacts, notify }
  }

  function take(event: MachineEvent): void {
    const before = state
    const outcome = runSync(state, event, (reading, current) => {
      if (reading.type === 'open-successor')
        return current.alerts.firing === 0
          ? null
          : { type: 'successor-opened', incident: 43, firing: current.alerts.firing }
      const maintenance = [{ from: 0, to: maintenanceUntil, reason: 'disks' }]
      const world = {
        incident: 42,
        service: 'shop',
        severity: current.severity,
        policy: policyOf(current.settings.policy),
        teams: {},
        calendars: {},
        maintenance,
        reachable,
        onCall: () => undefined,
        alertsBegan: began,
        pages: [...pages.values()],
        group: { standing: countedGroup(current), longestMs: 0 },
      }
      return readingOf(world, reading, event.at)
    })
    state = outcome.state
    events.push(...outcome.events)
    for (const change of outcome.changes) carryOut(change)
    look({ before, event, state, facts: outcome.facts, changes: outcome.changes })
  }

  function carryOut(change: Change): void {
    if (change.type === 'queue-pages') for (const page of change.pages) queue(page)
    if (change.type !== 'cancel-pages') return
    for (const page of open()) {
      const isMeant = change.only === undefined || change.only.includes(page.id)
      if (isMeant && !change.except.includes(page.person)) end(page, 'cancelled')
    }
  }

  function queue(page: NewPage): void {
    if (!pages.has(page.id)) pages.set(page.id, pageFixture({ ...page, createdAt: iso(now) }))
  }

  function end(page: Page, ended: 'sent' | 'failed' | 'unknown' | 'cancelled'): Page {
    const sentAt = ended === 'sent' ? iso(now) : null
    const after: Page = { ...page, state: ended, attempts: 1, sentAt, finishedAt: iso(now) }
    pages.set(page.id, after)
    return after
  }

  const open = () => [...pages.values()].filter(({ finishedAt }) => finishedAt === null)

  function endPage(page: Page, how: 'sent' | 'failed' | 'unknown'): void {
    const ended = end(page, how)
    const next = how === 'failed' ? nextContactPage(ended, reachable(ended.person)) : undefined
    if (next !== undefined) queue(next)
    const { id, kind, step, round, person, channel, contact, attempts } = ended
    take({
      at: now,
      type: 'page-ended',
      page: id,
      kind,
      step,
      round,
      person,
      channel,
      contact,
      state: how,
      attempts,
      reason: how === 'sent' ? null : 'answered 503',
      providerId: null,
      successor: next?.id ?? null,
    })
  }

  /** Everything that falls due within this time, at its time. */
  function wait(ms: number): void {
    const until = now + ms
    for (let due = firstDue(state); due !== null && due.at <= until; due = firstDue(state)) {
      now = Math.max(now, due.at)
      take({ type: 'tick', at: now })
    }
    now = until
  }

  function endTask(which: number, end: RemediationEnd['end']): void {
    const task = state.tasks[which % Math.max(state.tasks.length, 1)]
    if (task === undefined) return
    const result = { result: { end, explanation: `it ${end}` } }
    take({ at: now, type: 'task-ended', task, ...(task.kind === 'remediate' ? result : {}) })
  }

  function give(command: Plain<CommandEvent>, actor: string): void {
    const given = {
      ...filledIn(command),
      at: now,
      actor,
      commandId: `command-${commands.length}`,
    } as MachineEvent & CommandEvent
    commands.push(given)
    take(given)
  }

  function filledIn(command: Plain<CommandEvent>): Plain<CommandEvent> {
    if (command.type === 'set-severity') return { ...command, settings: settings() }
    if (command.type !== 'apply-policy') return command
    const before = policyOf(state.settings.policy)
    policyName = command.policy
    const kept =
      command.keep && state.at !== null ? keepPosition(before, policyOf(policyName), state.at) : null
    return { ...command, kept, settings: settings() }
  }

  return {
    start,
    events,
    state: () => state,
    commands: () => commands,
    open: () => take({ at: now, type: 'opened', firing: 1, total: 1, severity: 'P1', settings: settings() }),
    alerts(firing: number, severity: Severity): void {
      const total = Math.max(firing, state.alerts.total)
      for (let more = state.alerts.firing; more < firing; more++) began.push(now)
      take({ at: now, type: 'alerts-changed', firing, total, severity, settings: settings() })
    },
    command: give,
    repeat(): void {
      const last = commands.at(-1)
      if (last !== undefined) take({ ...last, at: now })
    },
    endPage(which: number, how: 'sent' | 'failed' | 'unknown'): void {
      const page = open()[which % Math.max(open().length, 1)]
      if (page !== undefined) endPage(page, how)
    },
    endTask,
    wait,
    configure(rulesNow: number, maintenanceMs: number): void {
      ruleSet = rulesNow
      maintenanceUntil = now + maintenanceMs
      take({ at: now, type: 'configuration-changed' })
    },
    resolve: () => give({ type: 'resolve', anyway: true }, 'ana'),
    /** Everything that is open comes to its end. */
    finish(): void {
      for (
        let left = 1_000;
        left > 0 && (open().length > 0 || state.tasks.length > 0 || firstDue(state) !== null);
        left--
      ) {
        for (const page of open()) endPage(page, 'sent')
        while (state.tasks.length > 0) endTask(0, 'helped')
        wait(60 * minute)
      }
    },
    /** Why nothing is due although it fires and nobody owns it. */
    hasReason(): boolean {
      const { escalation, reached } = state
      if (firstDue({ ...state, cycles: [], handOver: null }) !== null) return true
      const isOpen = (ids: readonly string[]) => ids.some((id) => pages.get(id)?.finishedAt === null)
      if (escalation.kind === 'held') return escalation.cause.kind === 'alert-rate'
      return escalation.kind === 'exhausted' && (reached || isOpen(escalation.pages))
    },
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
