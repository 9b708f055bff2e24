import type { Configuration } from '../domain/configuration/configuration.ts'
import type { Incident } from '../domain/incident/incident.ts'
import { type ScheduleChange, withChanges } from '../domain/on-call/changes.ts'
import type { Schedule } from '../domain/on-call/schedule.ts'
import { onCallAt } from '../domain/on-call/segments.ts'
import { pagingContext } from '../domain/escalate/paging-context.ts'
import type { OnCallService } from '../web/on-call-service.ts'
import type { Records } from './records.ts'
import { own } from '../domain/values/own.ts'

interface Changes {
  list(schedules?: readonly string[]): Promise<readonly ScheduleChange[]>
}

export interface CurrentSchedules {
  /** As they stand now, with every change that people made; all of them, or those of these names that there are. */
  current(names?: readonly string[]): Promise<ReadonlyMap<string, Schedule>>
}

/** The one source of schedules: pages, previews, the API, calendars and the console all go by it. */
export function currentSchedules(
  { schedules }: Pick<Configuration, 'schedules'>,
  changes: Changes,
): CurrentSchedules {
  return {
    async current(names = Object.keys(schedules)) {
      const known = names.filter((name) => Object.hasOwn(schedules, name))
      const made = await changes.list(known)
      return new Map(
        known.flatMap((name) => {
          const configured = schedules[name]
          return configured === undefined ? [] : [[name, withChanges(configured, made)] as const]
        }),
      )
    },
  }
}

/** Who is on call in one schedule, and why them. */
export interface OnCallNow {
  readonly schedule: string
  readonly title: string
  readonly people: readonly string[]
  readonly reason: string
}

/** Who is on call at an instant in every schedule, or in one; empty when there is no such schedule. */
export async function whoIsOnCall(
  schedules: CurrentSchedules,
  at: number,
  schedule?: string,
): Promise<OnCallNow[]> {
  const current = await schedules.current(schedule === undefined ? undefined : [schedule])
  return [...current.values()].map((one) => ({
    schedule: one.name,
    title: one.title,
    ...onCallAt(one, at),
  }))
}

/** What the web needs of schedules. */
export function createOnCallService(
  configuration: Configuration,
  { scheduleChanges, configurations, credentials, maintenance }: Records,
): OnCallService {
  const { schedules, users } = configuration
  const configured = (name: string) => own(schedules, name)
  return {
    ...currentSchedules(configuration, scheduleChanges),
    changes: (schedule) => scheduleChanges.list([schedule]),
    add: async (name, requested, context) => {
      const schedule = configured(name)
      return schedule === undefined ? undefined : scheduleChanges.add(schedule, requested, context)
    },
    take: (schedule, id, taker, at, actor) => {
      const known = configured(schedule)
      const by = known === undefined ? undefined : { configured: known, actor }
      return scheduleChanges.take(schedule, id, taker, at, by)
    },
    end: (schedule, id, actor, at) => scheduleChanges.end(schedule, id, actor, at, configured(schedule)),
    context: async (incident?: Incident) => {
      const atStart =
        incident === undefined ? configuration : await configurations.get(incident.configRevision)
      return pagingContext(configuration, atStart, await scheduleChanges.list(), await maintenance.all())
    },
    people: async () => new Map(Object.values(users).map((user) => [user.name, toPerson(user)])),
    endFeeds: (holder) => credentials.revokeAll('calendar', holder),
  }

  function toPerson({ title, timeZone, contacts }: Configuration['users'][string]) {
    return {
      title,
      timeZone: timeZone ?? configuration.timeZone,
      canBePaged: contacts.length > 0,
      channels: contacts.map(({ channel }) => channel),
    }
  }
}
