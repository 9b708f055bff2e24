import type { AlertRate, EscalationStep } from '../configuration/escalation-policy.ts'
import type { Calendar } from '../configuration/people.ts'
import type { Maintenance } from '../configuration/configuration.ts'
import { formatDuration } from '../values/duration.ts'
import { incidentName } from '../investigate/evidence.ts'
import { stampWords } from '../values/zoned-words.ts'

/** What holds a step back. Instants are ISO 8601 in UTC. */
export type HoldCause =
  | {
      readonly kind: 'maintenance'
      readonly service: string
      readonly until: string
      readonly reasons: readonly string[]
    }
  | { readonly kind: 'calendar'; readonly calendar: string; readonly opensAt: string }
  | { readonly kind: 'alert-rate'; readonly moreThan: number; readonly withinMs: number }
  /** Everything that fires is silenced, or inhibited beside that. */
  | {
      readonly kind: 'silenced'
      readonly until: string
      readonly silences: readonly { readonly id: string; readonly by: string; readonly reason: string }[]
    }
  /** By alerts of these names. */
  | { readonly kind: 'inhibited'; readonly by: readonly string[] }
  /** `until` `null`: not within a year. */
  | { readonly kind: 'muted'; readonly window: string; readonly until: string | null }
  | { readonly kind: 'inactive'; readonly windows: readonly string[] }
  | { readonly kind: 'grouping'; readonly until: string }
  /** The service was changed just before. */
  | { readonly kind: 'deploy'; readonly summary: string; readonly at: string; readonly until: string }
  /** It is part of another incident, whose people know. */
  | { readonly kind: 'merged'; readonly into: number; readonly why: MergedWhy }

/** Why an incident is part of another. */
export type MergedWhy =
  /** By services that depend on each other, from its own on. */
  | { readonly kind: 'depends-on'; readonly path: readonly string[]; readonly apartMs: number }
  | { readonly kind: 'person'; readonly by: string; readonly reason: string }

/** Why a step that is due is not entered yet. */
export interface Hold {
  readonly cause: HoldCause
  /** When to look again; `null`: when an alert changes. */
  readonly inMs: number | null
  /** Nobody may urge it on: paging would wake people about work that was announced. */
  readonly firm: boolean
}

/** What may hold a step back, as it stands at the instant in question. */
export interface HoldFacts {
  readonly at: number
  readonly service: string
  readonly maintenance: readonly Maintenance[]
  /** What keeps all its alerts from paging: silences, inhibition, windows of its route, the wait for its group. */
  readonly suppression?: Hold
  readonly calendars: Readonly<Record<string, Calendar>>
  /** When alerts of the incident began, epoch milliseconds. */
  readonly alertsBegan: readonly number[]
  /** When a calendar is open again: `at` itself while it is, `null` when that never comes. */
  readonly opensAt: (calendar: Calendar, at: number) => number | null
}

/** What holds a step back at this instant; `undefined` when it may be entered. A person's urging passes all but maintenance. */
export function holdOf(step: EscalationStep, facts: HoldFacts, urged: boolean): Hold | undefined {
  const quiet = quietHold(facts)
  if (quiet?.firm === true) return quiet
  if (urged) return undefined
  return quiet ?? calendarHold(step, facts) ?? rateHold(step, facts)
}

/** What holds back whatever would be sent now, also by the rules of people whose step was entered before. */
export function quietHold(
  facts: Pick<HoldFacts, 'at' | 'service' | 'maintenance' | 'suppression'>,
): Hold | undefined {
  return maintenanceHold(facts) ?? facts.suppression
}

function maintenanceHold({
  at,
  service,
  maintenance,
}: Pick<HoldFacts, 'at' | 'service' | 'maintenance'>): Hold | undefined {
  const running = maintenance.filter(({ from, to }) => from <= at && at < to)
  if (running.length === 0) return undefined
  const to = Math.max(...running.map((one) => one.to))
  const reasons = running.map(({ reason }) => reason)
  const cause = { kind: 'maintenance', service, until: new Date(to).toISOString(), reasons } as const
  return { cause, inMs: to - at, firm: true }
}

function calendarHold({ during }: EscalationStep, { at, calendars, opensAt }: HoldFacts): Hold | undefined {
  const calendar = during === undefined ? undefined : calendars[during]
  // A calendar that is gone holds nobody back: paging fails open.
  if (calendar === undefined) return undefined
  const opens = opensAt(calendar, at)
  if (opens === null || opens <= at) return undefined
  const cause = { kind: 'calendar', calendar: calendar.name, opensAt: new Date(opens).toISOString() } as const
  return { cause, inMs: opens - at, firm: false }
}

function rateHold({ when }: EscalationStep, { at, alertsBegan }: HoldFacts): Hold | undefined {
  if (when === undefined || rateReached(alertsBegan, when, at)) return undefined
  return { cause: { kind: 'alert-rate', ...when }, inMs: null, firm: false }
}

/** Whether at `at` more than so many alerts had begun within the time before it, both ends included. */
export function rateReached(
  began: readonly number[],
  { moreThan, withinMs }: AlertRate,
  at: number,
): boolean {
  return began.filter((one) => one <= at && one >= at - withinMs).length > moreThan
}

/**
 * What holds a step back, for people: `shop is in maintenance until 2026-03-01 05:00 CET: disks`.
 * @param timeZone of whoever reads it; where that is not known, UTC
 */
export function holdSentence(cause: HoldCause, timeZone = 'UTC'): string {
  const instant = (at: string) => stampWords(Date.parse(at), timeZone)
  switch (cause.kind) {
    case 'maintenance':
      return `${cause.service} is in maintenance until ${instant(cause.until)}: ${cause.reasons.join('; ')}`
    case 'calendar':
      return `outside ${cause.calendar} until ${instant(cause.opensAt)}`
    case 'silenced':
      return `silenced until ${instant(cause.until)} by ${cause.silences.map(({ by, reason }) => `${by} (${reason})`).join(', ')}`
    case 'inhibited':
      return `while ${cause.by.join(', ')} ${cause.by.length === 1 ? 'fires' : 'fire'}`
    case 'muted':
      return `muted by ${cause.window}${cause.until === null ? '' : ` until ${instant(cause.until)}`}`
    case 'inactive':
      return `outside ${cause.windows.join(', ')}`
    case 'grouping':
      return `until ${instant(cause.until)} for more alerts of its group`
    case 'deploy':
      return `until ${instant(cause.until)}, after a change at ${instant(cause.at)}: ${cause.summary}`
    case 'merged':
      return `it is part of ${incidentName(cause.into)}: ${mergedWords(cause.why)}`
    case 'alert-rate':
      return `until more than ${cause.moreThan} ${cause.moreThan === 1 ? 'alert begins' : 'alerts begin'} within ${formatDuration(cause.withinMs)}`
  }
}

/** `checkout depends on payments, which depends on db; opened 40 s apart`. */
export function mergedWords(why: MergedWhy): string {
  if (why.kind === 'person') return `${why.by} said so (${why.reason})`
  const [first = '', ...rest] = why.path
  const chain = rest.map((one) => `depends on ${one}`).join(', which ')
  return `${first} ${chain}; opened ${formatDuration(why.apartMs)} apart`
}
