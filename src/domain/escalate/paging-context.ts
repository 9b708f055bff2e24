import type { Calendar, NotificationRule } from '../configuration/people.ts'
import type { Configuration, Maintenance, RecurringMaintenance } from '../configuration/configuration.ts'
import { type MaintenanceWindow, standing } from './maintenance.ts'
import { type ScheduleChange, withChanges } from '../on-call/changes.ts'
import type { Schedule } from '../on-call/schedule.ts'

/**
 * All that it takes to work out who is on call and who would be paged, as plain data without addresses or secrets, so that it can be worked
 * out anywhere by the same functions as where it counts.
 */
export interface PagingContext {
  readonly timeZone: string
  readonly schedules: readonly ChangedSchedule[]
  readonly users: Readonly<Record<string, PagedUser>>
  readonly teams: Readonly<Record<string, { readonly members: readonly string[] }>>
  /** What kind of channel each room is reached by. */
  readonly channels: Readonly<Record<string, string>>
  readonly calendars: Readonly<Record<string, Calendar>>
  /** By service. */
  readonly maintenance: Readonly<Record<string, readonly Maintenance[]>>
  readonly recurringMaintenance?: Readonly<Record<string, readonly RecurringMaintenance[]>>
}

/** A schedule as configured, and what people changed about it. */
export interface ChangedSchedule {
  readonly configured: Schedule
  readonly changes: readonly ScheduleChange[]
}

export interface PagedUser {
  readonly timeZone: string
  /** The kinds of their contacts, in their order. */
  readonly channels: readonly string[]
  readonly notify?: readonly NotificationRule[]
}

/**
 * @param running whose rules hold, and how people are reached
 * @param windows maintenance that people announced
 * @param atStart whose schedules hold: the same, or what an incident began with
 */
export function pagingContext(
  running: Configuration,
  atStart: Configuration,
  changes: readonly ScheduleChange[],
  windows: readonly MaintenanceWindow[] = [],
): PagingContext {
  return {
    timeZone: running.timeZone,
    // A revision that was kept before there were schedules has none.
    schedules: Object.values(atStart.schedules ?? {}).map((configured) => ({
      configured,
      changes: changes.filter(({ schedule }) => schedule === configured.name),
    })),
    users: mapped(
      { ...atStart.users, ...running.users },
      ({ timeZone = running.timeZone, contacts, notify }) => ({
        timeZone,
        channels: contacts.map(({ channel }) => channel),
        ...(notify === undefined ? {} : { notify }),
      }),
    ),
    teams: mapped({ ...atStart.teams, ...running.teams }, ({ members }) => ({ members })),
    channels: mapped({ ...atStart.channels, ...running.channels }, ({ contact }) => contact.channel),
    calendars: { ...atStart.calendars, ...running.calendars },
    maintenance: mapped(running.services, ({ name, maintenance = [] }) => [
      ...maintenance,
      ...windows.filter(({ service }) => service === name).map(standing),
    ]),
    recurringMaintenance: mapped(running.services, ({ recurringMaintenance = [] }) => recurringMaintenance),
  }
}

/** Schedules by name as they stand, with every change that people made: what previews, calendars and pages go by. */
export function schedulesOf(schedules: readonly ChangedSchedule[]): ReadonlyMap<string, Schedule> {
  return new Map(
    schedules.map(({ configured, changes }) => [configured.name, withChanges(configured, changes)]),
  )
}

function mapped<From, To>(entries: Readonly<Record<string, From>>, to: (from: From) => To) {
  return Object.fromEntries(Object.entries(entries).map(([name, from]) => [name, to(from)]))
}
