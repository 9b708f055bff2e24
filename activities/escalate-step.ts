import type { Calendar, Configuration, EscalationPolicy, NotifyTarget } from '../src/domain/configuration.ts'
import {
  ackTimeoutOf,
  handOver,
  type NewPage,
  nextPosition,
  outsideSteps,
  type PageRef,
  pagesFor,
  type ReachableBy,
  type Recipient,
  stepAt,
} from '../src/domain/escalate.ts'
import { holdOf } from '../src/domain/escalate-hold.ts'
import type {
  EnterStepInput,
  EnterStepResult,
  FallbackInput,
  HandOverInput,
} from '../src/domain/escalate-messages.ts'
import { exhaustedEntry, holdEntry, noticeEntry, stepEntry } from '../src/domain/escalate-record.ts'
import { dueRules, nextRuleInMs, rulesFor } from '../src/domain/escalate-rules.ts'
import {
  reachableOf,
  resolveTargets,
  type ResolvedTargets,
  targetName,
} from '../src/domain/escalate-targets.ts'
import type { Incident } from '../src/domain/incident.ts'
import { onCallAt } from '../src/domain/on-call/segments.ts'
import { nextInside } from '../src/domain/on-call/business-hours.ts'
import { policyOfIncident, policyRevisionOf } from '../src/domain/plan.ts'
import { type EscalateDependencies, timestamp } from './escalate-dependencies.ts'
import { refOf } from './escalate-page.ts'

/** What paging an incident goes by. */
interface Paging {
  readonly incident: Incident
  readonly policy: EscalationPolicy
  /** As the incident started with. */
  readonly atStart: Configuration
  readonly reachable: ReachableBy
}

/** Enters a step, unless something holds it back: works out who is on call now, and stores their pages and why it is them. */
export async function queueStepPages(
  deps: EscalateDependencies,
  input: EnterStepInput,
): Promise<EnterStepResult> {
  const { incident: number, step, round, urged } = input
  const paging = await pagingOf(deps, number)
  const { policy, incident } = paging
  const entered = stepAt(policy, step)
  const next = nextPosition(policy, { step, round })
  const at = timestamp(deps)
  if (entered === undefined) return { ...nothing(at), next }
  const hold = holdOf(entered, await holdFacts(deps, paging, at), urged)
  if (hold !== undefined) {
    await deps.timeline.append(holdEntry(number, { step, round }, hold, at))
    return { ...nothing(at), hold }
  }
  const resolved = await resolve(deps, paging, entered.notify)
  const pages = pagesFor(number, { step, round }, recipientsAt(paging, resolved, null, 0), paging.reachable)
  await deps.pages.queue(pages, at)
  const paged = peopleToPage(paging, resolved)
  const nobody = paged.length === 0
  const ackTimeoutMs = nobody ? 0 : ackTimeoutOf(policy, entered, incident.severity)
  const following = (next === null ? policy.fallback : (stepAt(policy, next.step)?.notify ?? [])).map(
    targetName,
  )
  const position = { step, round }
  await deps.timeline.append(
    stepEntry({ incident: number, at, position, resolved, paged, ackTimeoutMs, following }),
  )
  return {
    ...nothing(at),
    pages: pages.map(refOf),
    nobody,
    ackTimeoutMs,
    next,
    people: paged,
    awaited: entered.acknowledge === 'each' ? paged : [],
    nextRuleInMs: soonestRule(paging, paged, 0),
  }
}

function nothing(at: string): EnterStepResult {
  return {
    hold: null,
    pages: [],
    nobody: true,
    ackTimeoutMs: 0,
    next: null,
    people: [],
    awaited: [],
    enteredAt: at,
    nextRuleInMs: null,
  }
}

/** Pages for when the policy is exhausted; none when there is no fallback. */
export async function queueFallbackPages(
  deps: EscalateDependencies,
  { incident, round }: FallbackInput,
): Promise<PageRef[]> {
  const paging = await pagingOf(deps, incident)
  const { policy } = paging
  const resolved = await resolve(deps, paging, policy.fallback)
  const recipients = recipientsAt(paging, resolved, null, 0)
  const pages = pagesFor(incident, { step: outsideSteps, round }, recipients, paging.reachable)
  await deps.pages.queue(pages, timestamp(deps))
  const ended = { policy: policy.name, round }
  await deps.timeline.append(exhaustedEntry(incident, ended, resolved, reached(pages), timestamp(deps)))
  return pages.map(refOf)
}

/** Messages to those whom a policy wants told of a P0. They go out once, whatever becomes of the steps. */
export async function queueNotices(deps: EscalateDependencies, incident: number): Promise<PageRef[]> {
  const paging = await pagingOf(deps, incident)
  const { executives = [] } = paging.policy
  if (paging.incident.severity !== 'P0' || executives.length === 0) return []
  const resolved = await resolve(deps, paging, executives)
  const recipients = resolved.notified.map(({ person }) => ({ person, contact: 0 }))
  const address = { kind: 'notice', step: outsideSteps, round: 0 } as const
  const pages = pagesFor(incident, address, recipients, paging.reachable)
  await deps.pages.queue(pages, timestamp(deps))
  await deps.timeline.append(noticeEntry(incident, resolved, reached(pages), timestamp(deps)))
  return pages.map(refOf)
}

/** The page by which somebody is asked to take an incident; none when they cannot be reached. */
export async function queueHandOver(
  deps: EscalateDependencies,
  { incident, actor, to, round }: HandOverInput,
): Promise<PageRef[]> {
  const { reachable } = await pagingOf(deps, incident)
  const pages = pagesFor(incident, { step: handOver, round }, [{ person: to, contact: 0 }], reachable)
  await deps.pages.queue(pages, timestamp(deps))
  const summary =
    pages.length === 0
      ? `${actor} wants to hand over to ${to}, who has no contact`
      : `${actor} hands over to ${to}, who is paged and has it once they acknowledge`
  const eventKey = `handover/${round}`
  const entry = { incident, eventKey, at: timestamp(deps), kind: 'escalation', actor, summary } as const
  await deps.timeline.append(entry)
  return pages.map(refOf)
}

/** @throws when the incident, or a revision that it names, is not there */
export async function pagingOf(deps: EscalateDependencies, number: number): Promise<Paging> {
  const incident = await deps.incidents.get(number)
  const atStart = await deps.configurations.get(incident.configRevision)
  const policy = policyOfIncident(incident, await deps.configurations.get(policyRevisionOf(incident)))
  return { incident, policy, atStart, reachable: (person) => reachableOf(person, deps.running(), atStart) }
}

/** Who rules say is to be paged at a moment after the step was entered, for whom they were last looked at `sinceMs`. */
export function recipientsAt(
  { incident, reachable }: Paging,
  { notified }: Pick<ResolvedTargets, 'notified'>,
  sinceMs: number | null,
  nowMs: number,
): Recipient[] {
  return notified.flatMap(({ person }) => {
    const how = reachable(person)
    const rules = how === undefined ? [] : rulesFor(how, incident.severity)
    return dueRules(rules, sinceMs, nowMs).map((due) => ({ person, ...due }))
  })
}

/** How long until the first of the rules of these people falls due; `null` when none is left. */
export function soonestRule(
  { incident, reachable }: Paging,
  people: readonly string[],
  nowMs: number,
): number | null {
  const waits = people.flatMap((person) => {
    const how = reachable(person)
    return how === undefined ? [] : (nextRuleInMs(rulesFor(how, incident.severity), nowMs) ?? [])
  })
  return waits.length === 0 ? null : Math.min(...waits)
}

async function resolve(
  deps: EscalateDependencies,
  { atStart }: Paging,
  targets: readonly NotifyTarget[],
): Promise<ResolvedTargets> {
  const names = targets.flatMap((target) =>
    typeof target === 'object' && 'schedule' in target ? [target.schedule] : [],
  )
  const schedules = await deps.schedules.current(names)
  const at = Date.parse(timestamp(deps))
  const onCall = (name: string) => {
    const schedule = schedules.get(name) ?? own(atStart.schedules, name)
    return schedule === undefined ? undefined : onCallAt(schedule, at).people
  }
  return resolveTargets(targets, { teams: { ...atStart.teams, ...deps.running().teams } }, onCall)
}

async function holdFacts(deps: EscalateDependencies, { incident, atStart }: Paging, at: string) {
  const running = deps.running()
  const alerts = await deps.incidents.alertsOf(incident.number)
  return {
    at: Date.parse(at),
    service: incident.service,
    maintenance: own(running.services, incident.service)?.maintenance ?? [],
    calendars: { ...atStart.calendars, ...running.calendars },
    alertsBegan: alerts.map(({ startsAt }) => Date.parse(startsAt)),
    opensAt: (calendar: Calendar, instant: number) => nextInside(calendar, instant),
  }
}

/** Those whose rules lead to a contact, now or later. */
function peopleToPage({ incident, reachable }: Paging, { notified }: ResolvedTargets): string[] {
  return notified
    .map(({ person }) => person)
    .filter((person) => {
      const how = reachable(person)
      return (
        how !== undefined && rulesFor(how, incident.severity).some(({ contact }) => how.contacts[contact])
      )
    })
}

function reached(pages: readonly NewPage[]): string[] {
  return [...new Set(pages.map(({ person }) => person))]
}

function own<Value>(named: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined
}
