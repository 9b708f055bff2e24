import type { GroupStanding } from '../alert/group-notice.ts'
import type { EscalationPolicy } from '../configuration/escalation-policy.ts'
import { keepPosition, type NewPage, nextContactPage } from '../escalate/escalate.ts'
import type { Page } from '../page/page.ts'
import type { Change, Reading } from './effect.ts'
import type { MachineEvent, ReadingEvent } from './event.ts'
import { firstDue } from './outline.ts'
import { pageEventOf } from './pages.ts'
import type { PagingWorld } from './paging-world.ts'
import { readingOf } from './reading.ts'
import { runSync } from './run.ts'
import { factEntries, pageEntry, type SimulatedEntry } from './simulate-entries.ts'
import type { MachineState } from './state.ts'

/*
 * The incident's machine in a world of its own: over a clock that jumps from one happening to the next, with nobody paged. It decides by the very
 * functions that decide where it counts. Instants are epoch milliseconds.
 */

export interface Simulation {
  readonly start: MachineState
  /** What happens to it from outside: alerts, people, tasks that end, changes of the configuration. */
  readonly events: readonly MachineEvent[]
  /** Nothing is told of what would happen later. */
  readonly until: number
  readonly policyOf: (name: string) => EscalationPolicy
  /** What is configured, and who is on call, at an instant. */
  readonly pagingAt: (at: number) => PagingContextAt
  /** What becomes of a page that is sent at an instant; absent: its provider takes it at once. */
  readonly deliver?: (page: Page, at: number) => Delivery
  /** While nobody works on it, what falls due and what is to be sent waits until the end of the time. */
  readonly down?: readonly { readonly from: number; readonly to: number }[]
}

export type PagingContextAt = Omit<PagingWorld, 'incident' | 'severity' | 'policy' | 'pages'>

/** How sending a page ends, and how long that takes, with all its tries. */
export interface Delivery {
  readonly state: 'sent' | 'failed' | 'unknown'
  readonly afterMs: number
  readonly reason?: string
}

export interface Simulated {
  readonly entries: readonly SimulatedEntry[]
  readonly state: MachineState
  /** All that it heard of: decided anew, they come to `state`. */
  readonly events: readonly MachineEvent[]
  readonly pages: readonly Page[]
}

/** A page that was queued. */
interface Sending {
  page: Page
  readonly endsAt: number
  readonly delivery: Delivery
}

interface Stage {
  readonly simulation: Simulation
  state: MachineState
  readonly entries: SimulatedEntry[]
  readonly events: MachineEvent[]
  readonly sendings: Map<string, Sending>
}

type Next =
  | { readonly at: number; readonly event: MachineEvent }
  | { readonly at: number; readonly sending: Sending }

/** Lets everything happen until nothing more does, or the time is over. At one instant people come before timers: an acknowledgement wins. */
export function simulate(simulation: Simulation): Simulated {
  const stage: Stage = {
    simulation,
    state: simulation.start,
    entries: [],
    events: [],
    sendings: new Map(),
  }
  const given = simulation.events.toSorted((a, b) => a.at - b.at)
  for (let next = nextOf(stage, given); next !== null; next = nextOf(stage, given)) {
    if (next.at > simulation.until) break
    if ('sending' in next) endPage(stage, next.sending, next.at)
    else {
      if (next.event === given[0]) given.shift()
      happen(stage, next.event)
    }
  }
  const { entries, state, events, sendings } = stage
  return { entries, state, events, pages: [...sendings.values()].map(({ page }) => page) }
}

/** What happens first: at one instant pages that arrive, then what people do, then what falls due. */
function nextOf({ simulation, state, sendings }: Stage, [given]: readonly MachineEvent[]): Next | null {
  const [sending] = [...sendings.values()]
    .filter(({ page }) => page.finishedAt === null)
    .toSorted((a, b) => a.endsAt - b.endsAt)
  const due = firstDue(state)
  const timerAt = due === null ? Infinity : workedAt(simulation, due.at)
  const givenAt = given?.at ?? Infinity
  if (sending !== undefined && sending.endsAt <= Math.min(givenAt, timerAt))
    return { at: sending.endsAt, sending }
  if (given !== undefined && givenAt <= timerAt) return { at: givenAt, event: given }
  return due === null ? null : { at: timerAt, event: { type: 'tick', at: timerAt } }
}

/** When work that falls due is done. */
function workedAt({ down = [] }: Simulation, at: number): number {
  return down.find(({ from, to }) => from < at && at < to)?.to ?? at
}

/** When a page that was decided on goes out. */
function sentAt({ down = [] }: Simulation, at: number): number {
  return down.find(({ from, to }) => from <= at && at < to)?.to ?? at
}

function happen(stage: Stage, event: MachineEvent): void {
  const placed = event.type === 'apply-policy' ? withPlace(stage, event) : event
  const { at } = event
  const outcome = runSync(stage.state, placed, (reading, state) => answerReading(stage, reading, state, at))
  const { answer } = outcome
  stage.state = outcome.state
  stage.events.push(...outcome.events)
  if (answer?.kind === 'refused')
    stage.entries.push({
      at,
      kind: 'refused',
      by: 'actor' in event ? event.actor : '',
      why: answer.message,
    })
  stage.entries.push(...outcome.facts.flatMap((told) => factEntries(told, at)))
  for (const change of outcome.changes) carryOut(stage, change, at)
}

/** Where the escalation stands, and so where it goes on under another policy, is known only now. */
function withPlace(
  { simulation: { policyOf }, state }: Stage,
  event: Extract<MachineEvent, { type: 'apply-policy' }>,
): MachineEvent {
  const { keep, settings } = event
  if (!keep || state.at === null) return { ...event, kept: null }
  const kept = keepPosition(policyOf(state.settings.policy), policyOf(settings.policy), state.at)
  return { ...event, kept }
}

function answerReading(
  { simulation, sendings }: Stage,
  reading: Reading,
  state: MachineState,
  at: number,
): ReadingEvent | null {
  const { incident, severity, settings } = state
  // What follows an incident is no part of its simulation.
  if (reading.type === 'open-successor') return null
  const world = {
    ...simulation.pagingAt(at),
    incident,
    severity,
    policy: simulation.policyOf(settings.policy),
    pages: [...sendings.values()].map(({ page }) => page),
    group: { standing: countedGroup(state), longestMs: 0 },
  }
  return readingOf(world, reading, at)
}

/** A simulation counts alerts and does not tell them from each other: what is more is new, and what is less is over. */
export function countedGroup({ alerts: { firing }, group }: MachineState): GroupStanding {
  const before = group?.log?.firing ?? 0
  return {
    firing,
    newlyFiring: Math.max(0, firing - before),
    newlyResolved: Math.max(0, before - firing),
    suppressed: 0,
  }
}

/** Messages that follow pages change nothing, so they are left out. */
function carryOut(stage: Stage, change: Change, at: number): void {
  if (change.type === 'queue-pages') for (const page of change.pages) queue(stage, page, at)
  if (change.type !== 'cancel-pages') return
  for (const sending of stage.sendings.values()) {
    const { page } = sending
    const isKept =
      change.except.includes(page.person) ||
      (page.kind === 'notice' && change.notices === 'go-on') ||
      change.only?.includes(page.id) === false
    if (page.finishedAt !== null || isKept) continue
    sending.page = { ...page, state: 'cancelled', lastError: change.why, finishedAt: isoOf(at) }
  }
}

/** One that is there already stays as it is. */
function queue({ simulation, sendings }: Stage, newPage: NewPage, at: number): void {
  if (sendings.has(newPage.id)) return
  const page: Page = {
    ...newPage,
    state: 'queued',
    attempts: 0,
    unknownTries: 0,
    providerId: null,
    lastError: null,
    leader: null,
    createdAt: isoOf(at),
    triesUntil: null,
    sentAt: null,
    finishedAt: null,
  }
  const goesAt = sentAt(simulation, at)
  const delivery = simulation.deliver?.(page, goesAt) ?? { state: 'sent', afterMs: 0 }
  sendings.set(page.id, { page, endsAt: goesAt + delivery.afterMs, delivery })
}

function endPage(stage: Stage, sending: Sending, at: number): void {
  const { state, reason = null } = sending.delivery
  const ended: Page = {
    ...sending.page,
    state,
    attempts: 1,
    lastError: reason,
    sentAt: state === 'sent' ? isoOf(at) : null,
    finishedAt: isoOf(at),
  }
  sending.page = ended
  stage.entries.push(pageEntry(ended, at))
  const { reachable } = stage.simulation.pagingAt(at)
  const next = state === 'failed' ? nextContactPage(ended, reachable(ended.person)) : undefined
  if (next !== undefined) queue(stage, next, at)
  happen(stage, { ...pageEventOf(ended, next?.id), at })
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}
