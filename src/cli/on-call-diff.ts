import type { Configuration } from '../domain/configuration/configuration.ts'
import { emptySchedule, nowChange } from '../domain/configuration/on-call-plan.ts'
import { withChanges } from '../domain/on-call/changes.ts'
import type { Schedule, Span } from '../domain/on-call/schedule.ts'
import { diffSchedules, type ScheduleDiff } from '../domain/on-call/schedule-diff.ts'
import { nowLines, nowValue } from './on-call-now.ts'
import { names, spanCells, spanValue, type CommandOutput } from './on-call-reading.ts'
import type { OnCallView } from './on-call-source.ts'
import { rangeOption, yearMs } from './on-call-source.ts'
import { table } from './terminal.ts'

/** Changes that are told one by one; the hours are told of all. */
const mostChanges = 5

interface Compared {
  readonly schedule: string
  readonly kind: 'changed' | 'new' | 'gone' | 'same'
  readonly diff: ScheduleDiff
}

/** What a new configuration changes about who is on call, who is at once first; `gaps` counts those that it has. */
export function tellDiff(
  view: OnCallView,
  after: Pick<Configuration, 'schedules' | 'users'>,
  range: { readonly from?: string; readonly to?: string },
): CommandOutput & { readonly gaps: number } {
  const span = rangeOption(range, view, yearMs)
  const edited = editedSchedules(view, after)
  const all = [...new Set([...view.schedules.keys(), ...edited.keys()])].toSorted()
  const compared = all.map((name) => compare(name, view.schedules.get(name), edited.get(name), span))
  const now = nowChanges(view, after)
  return {
    gaps: compared.reduce((sum, { kind, diff }) => sum + (kind === 'gone' ? 0 : diff.gaps.after.length), 0),
    value: {
      ...spanValue(span, view),
      now: now.map((one) => nowValue(one, view.timeZone)),
      schedules: compared.map((one) => valueOf(one, view)),
    },
    text:
      compared.length === 0
        ? 'neither has a schedule'
        : [
            ...(now.length === 0 ? [] : [nowLines(now, view.timeZone).join('\n')]),
            ...compared.map((one) => diffText(one, view)),
          ].join('\n\n'),
  }
}

function nowChanges({ context, now }: OnCallView, after: Pick<Configuration, 'schedules' | 'users'>) {
  const people = new Set(Object.keys(after.users))
  const before = new Map(context.schedules.map((one) => [one.configured.name, one]))
  const all = [...new Set([...before.keys(), ...Object.keys(after.schedules)])].toSorted()
  return all.flatMap((name) => {
    const { configured, changes = [] } = before.get(name) ?? {}
    const there = after.schedules[name] ?? configured
    if (there === undefined) return []
    const nobody = emptySchedule(there)
    return nowChange(configured ?? nobody, after.schedules[name] ?? nobody, changes, people, now)
  })
}

/** What people changed for a while stays when the configuration is changed. */
function editedSchedules(
  { context }: OnCallView,
  { schedules }: Pick<Configuration, 'schedules'>,
): Map<string, Schedule> {
  const changes = context.schedules.flatMap((one) => one.changes)
  return new Map(Object.values(schedules).map((one) => [one.name, withChanges(one, changes)]))
}

function compare(
  schedule: string,
  before: Schedule | undefined,
  after: Schedule | undefined,
  { from, to }: Span,
): Compared {
  const there = before ?? after
  if (there === undefined) throw new Error(`schedule ${schedule} is in one of the two`)
  const empty = emptySchedule(there)
  const diff = diffSchedules(before ?? empty, after ?? empty, from, to)
  const same = diff.changes.length === 0 ? 'same' : 'changed'
  return { schedule, kind: before === undefined ? 'new' : after === undefined ? 'gone' : same, diff }
}

function valueOf({ schedule, kind, diff }: Compared, view: OnCallView) {
  const spans = <T extends Span>(some: readonly T[]) =>
    some.map((one) => ({ ...one, ...spanValue(one, view) }))
  const { hours, changes, gaps, overlaps } = diff
  return {
    schedule,
    kind,
    hours,
    changes: spans(changes),
    gaps: { before: spans(gaps.before), after: spans(gaps.after) },
    overlaps: { before: spans(overlaps.before), after: spans(overlaps.after) },
  }
}

const kinds = { changed: '', new: ' (new)', gone: ' (gone)', same: ': nothing changes hands' } as const

function diffText({ schedule, kind, diff }: Compared, view: OnCallView): string {
  const { hours, changes, gaps, overlaps } = diff
  const shown = changes.slice(0, mostChanges)
  const rest = changes.length - shown.length
  const people = hours.map(({ person, gainedMs, lostMs }) => [
    person,
    gainedMs === 0 ? '-' : `+${inHours(gainedMs)}`,
    lostMs === 0 ? '-' : `-${inHours(lostMs)}`,
  ])
  const coverage = [
    ['gaps', ...counts(gaps)],
    ['overlaps', ...counts(overlaps)],
  ]
  return [
    `${schedule}${kinds[kind]}`,
    ...(people.length === 0 ? [] : [table(['person', 'gains h', 'gives h'], people), '']),
    table(['', 'before', 'after'], coverage),
    ...(shown.length === 0 ? [] : ['', table(['from', 'to', 'for', 'before -> after'], rowsOf(shown, view))]),
    ...(rest === 0 ? [] : [`and ${rest} more; --json has all`]),
  ].join('\n')
}

function rowsOf(changes: ScheduleDiff['changes'], view: OnCallView): string[][] {
  return changes.map((one) => [...spanCells(one, view), `${names(one.before)} -> ${names(one.after)}`])
}

function counts({ before, after }: { readonly before: readonly Span[]; readonly after: readonly Span[] }) {
  return [before, after].map((some) => {
    const total = some.reduce((sum, { from, to }) => sum + to - from, 0)
    return some.length === 0 ? 'none' : `${some.length}, ${inHours(total)} h`
  })
}

function inHours(ms: number): string {
  return String(Math.round(ms / 36_000) / 100)
}
