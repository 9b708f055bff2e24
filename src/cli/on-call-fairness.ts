import { type Load, loadsOf } from '../domain/on-call/fairness.ts'
import { datedWords } from '../domain/values/instant-text.ts'
import { own } from '../domain/values/own.ts'
import { type CommandOutput, spanValue } from './on-call-reading.ts'
import { chosen, type OnCallView, rangeOption, yearMs } from './on-call-source.ts'
import { table } from './terminal.ts'

const hourMs = 3_600_000

/** Who carries how much of a schedule, or of each: hours, nights, weekends and holidays. */
export function tellFairness(
  view: OnCallView,
  name: string | undefined,
  range: { readonly from?: string; readonly to?: string },
): CommandOutput {
  const span = rangeOption(range, view, yearMs)
  const { users, calendars } = view.context
  const told = chosen(view, name).map((schedule) => ({
    schedule: schedule.name,
    loads: loadsOf(schedule, {
      ...span,
      calendars: Object.values(calendars),
      zoneOf: (person) => own(users, person)?.timeZone ?? schedule.timeZone,
    }),
  }))
  const words = `from ${datedWords(span.from, view.timeZone)} to ${datedWords(span.to, view.timeZone)}`
  return {
    value: {
      ...spanValue(span, view),
      schedules: told.map(({ schedule, loads }) => ({ schedule, people: loads.map(loadValue) })),
    },
    text: [
      words,
      ...told.map(({ schedule, loads }) => `\n${schedule}\n${loadTable(loads)}`),
      '',
      'Nights are 22:00 to 06:00, weekends Saturday and Sunday, in the zone of each person; a part counts.',
    ].join('\n'),
  }
}

function loadTable(loads: readonly Load[]): string {
  const all = loads.reduce((sum, { totalMs }) => sum + totalMs, 0)
  const hasHolidays = loads.some(({ holidays }) => holidays > 0)
  const head = [
    'person',
    'hours',
    'share',
    'shifts',
    'nights',
    'weekends',
    ...(hasHolidays ? ['holidays'] : []),
  ]
  const rows = loads.map((load) => [
    load.person,
    String(hours(load.totalMs)),
    all === 0 ? '-' : `${Math.round((load.totalMs / all) * 100)} %`,
    ...[load.shifts, load.nights, load.weekends, ...(hasHolidays ? [load.holidays] : [])].map(String),
  ])
  return rows.length === 0 ? 'nobody is on call in this time' : table(head, rows)
}

function loadValue({ person, shifts, totalMs, ...load }: Load) {
  return {
    person,
    hours: hours(totalMs),
    shifts,
    nights: load.nights,
    nightHours: hours(load.nightMs),
    weekends: load.weekends,
    weekendHours: hours(load.weekendMs),
    holidays: load.holidays,
    holidayHours: hours(load.holidayMs),
  }
}

/** To a tenth. */
function hours(ms: number): number {
  return Math.round((ms / hourMs) * 10) / 10
}
