import { formatDuration } from '../domain/values/duration.ts'
import { datedWords, instantText } from '../domain/values/instant-text.ts'
import { isCurrent, type ScheduleChange } from '../domain/on-call/changes.ts'
import { gapsBetween, gapsOf, nextHandoffs, overlapsOf } from '../domain/on-call/coverage.ts'
import type { Schedule, Span } from '../domain/on-call/schedule.ts'
import { onCallAt, segmentsBetween } from '../domain/on-call/segments.ts'
import type { OnCallView } from './on-call-source.ts'
import { chosen, instantOption, rangeOption, yearMs } from './on-call-source.ts'
import { table } from './terminal.ts'

/** What a command has to say: a value for programs, text for people. */
export interface CommandOutput {
  readonly value: unknown
  readonly text: string
}

const dayMs = 86_400_000
const aheadMs = 90 * dayMs

/** Who is on call now, or at an instant. */
export function tellWho(view: OnCallView, name: string | undefined, written?: string): CommandOutput {
  const at = written === undefined ? view.now : instantOption('--at', written, view)
  const { timeZone } = view
  const told = chosen(view, name).map((schedule) => {
    const [next] = nextHandoffs(schedule, at, 1, aheadMs)
    return { schedule, ...onCallAt(schedule, at), next }
  })
  const rows = told.map(({ schedule, people, reason, next }) => [
    schedule.name,
    names(people),
    next === undefined ? '-' : datedWords(next.at, timeZone),
    next === undefined ? '-' : names(next.after),
    reason,
  ])
  return {
    value: {
      at: instantText(at, timeZone),
      onCall: told.map(({ schedule, people, reason, next }) => ({
        schedule: schedule.name,
        people,
        reason,
        until: next === undefined ? null : instantText(next.at, timeZone),
        next: next?.after ?? null,
      })),
    },
    text:
      rows.length === 0
        ? 'no schedule is configured'
        : table(['schedule', 'on call', 'until', 'then', 'why'], rows),
  }
}

/** The coming hand-offs. */
export function tellNext(view: OnCallView, name: string | undefined, count: number): CommandOutput {
  const { timeZone, now } = view
  const told = chosen(view, name).map((schedule) => ({
    schedule: schedule.name,
    handoffs: nextHandoffs(schedule, now, count, yearMs),
  }))
  const rows = told.flatMap(({ schedule, handoffs }) =>
    handoffs.map(({ at, before, after }) => [
      schedule,
      datedWords(at, timeZone),
      `${names(before)} -> ${names(after)}`,
    ]),
  )
  return {
    value: told.map(({ schedule, handoffs }) => ({
      schedule,
      handoffs: handoffs.map((one) => ({ ...one, at: instantText(one.at, timeZone) })),
    })),
    text:
      rows.length === 0 ? 'nobody hands over within a year' : table(['schedule', 'when', 'from -> to'], rows),
  }
}

/** When nobody is on call; `count` says how often. */
export function tellGaps(
  view: OnCallView,
  name: string | undefined,
  range: { readonly from?: string; readonly to?: string },
): CommandOutput & { readonly count: number } {
  const { from, to } = rangeOption(range, view, yearMs)
  const told = chosen(view, name).map((schedule) => ({
    schedule: schedule.name,
    gaps: gapsBetween(schedule, from, to),
  }))
  const rows = told.flatMap(({ schedule, gaps }) => gaps.map((gap) => [schedule, ...spanCells(gap, view)]))
  const count = rows.length
  return {
    count,
    value: told.map(({ schedule, gaps }) => ({ schedule, gaps: gaps.map((gap) => spanValue(gap, view)) })),
    text:
      count === 0
        ? `no gaps from ${datedWords(from, view.timeZone)} to ${datedWords(to, view.timeZone)}`
        : table(['schedule', 'from', 'to', 'nobody for'], rows),
  }
}

/** One schedule, shift by shift. */
export function tellPreview(
  view: OnCallView,
  name: string,
  range: { readonly from?: string; readonly to?: string },
): CommandOutput {
  const [schedule] = chosen(view, name)
  if (schedule === undefined) throw new Error('a chosen schedule is there')
  const span = rangeOption(range, view, 14 * dayMs)
  const segments = segmentsBetween(schedule, span.from, span.to)
  const changes = changesOf(view, name).filter((change) => isCurrent(change, view.now))
  const value = {
    schedule: name,
    ...spanValue(span, view),
    segments: segments.map((one) => ({ ...one, ...spanValue(one, view) })),
    gaps: gapsOf(segments).map((one) => spanValue(one, view)),
    overlaps: overlapsOf(segments).map((one) => ({ ...one, ...spanValue(one, view) })),
    changes: changes.map((one) => changeValue(one, view)),
  }
  const rows = segments.map((one) => [
    ...spanCells(one, view),
    one.people.length === 0 ? 'NOBODY' : names(one.people),
  ])
  return {
    value,
    text: [
      headOf(schedule, view),
      table(['from', 'to', 'for', 'on call'], rows),
      ...(changes.length === 0 ? [] : ['', 'changed by people', changesText(changes, view)]),
    ].join('\n'),
  }
}

function changeValue(change: ScheduleChange, view: OnCallView) {
  const { madeAt, takenAt, endedAt } = change
  const at = (instant: number | null) => (instant === null ? null : instantText(instant, view.timeZone))
  const times = { madeAt: at(madeAt), takenAt: at(takenAt), endedAt: at(endedAt) }
  const shifts =
    change.kind === 'temporary'
      ? { shifts: change.shifts.map((one) => ({ ...one, ...spanValue(one, view) })) }
      : {}
  return { ...change, ...shifts, ...spanValue(change, view), ...times }
}

function headOf({ name, title }: Schedule, { timeZone }: OnCallView): string {
  return `${title === name ? name : `${title} (${name})`}, times of ${timeZone}`
}

function changesOf({ context }: OnCallView, name: string): readonly ScheduleChange[] {
  return context.schedules.find(({ configured }) => configured.name === name)?.changes ?? []
}

/** What people changed, one a line, with the numbers by which they are ended. */
export function changesText(changes: readonly ScheduleChange[], view: Pick<OnCallView, 'timeZone'>): string {
  const rows = changes.map((change) => [
    change.id,
    deedOf(change),
    ...spanCells(change, view).slice(0, 2),
    change.reason === '' ? change.madeBy : `${change.madeBy}: ${change.reason}`,
  ])
  return table(['id', 'what', 'from', 'to', 'by'], rows)
}

function deedOf(change: ScheduleChange): string {
  switch (change.kind) {
    case 'override':
      if (change.removed === null) return `${change.added} is on call too`
      return change.added === null
        ? `${change.removed} is not on call`
        : `${change.added} instead of ${change.removed}`
    case 'temporary':
      return `temporary schedule, ${change.shifts.length} shifts`
    case 'swap':
      return change.taker === null
        ? `${change.owner} offers their shift`
        : `${change.taker} took the shift of ${change.owner}`
  }
}

export function spanCells({ from, to }: Span, { timeZone }: Pick<OnCallView, 'timeZone'>): string[] {
  return [datedWords(from, timeZone), datedWords(to, timeZone), formatDuration(to - from)]
}

export function spanValue({ from, to }: Span, { timeZone }: Pick<OnCallView, 'timeZone'>) {
  return { from: instantText(from, timeZone), to: instantText(to, timeZone) }
}

export function names(people: readonly string[]): string {
  return people.length === 0 ? 'nobody' : people.join(', ')
}
