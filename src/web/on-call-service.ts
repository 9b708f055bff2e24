import type { Contact } from '../domain/configuration/people.ts'
import type { Holder } from '../domain/access/access.ts'
import type { Incident } from '../domain/incident/incident.ts'
import type {
  RequestContext,
  ChangeResult,
  ScheduleChange,
  ChangeRequest,
} from '../domain/on-call/changes.ts'
import type { Schedule } from '../domain/on-call/schedule.ts'
import type { PagingContext } from '../domain/escalate/paging-context.ts'

/** Schedules, and what people change about them. */
export interface OnCallService {
  /** As they stand now, with every change that people made: the ones that pages go by. All, or those of these names that there are. */
  current(names?: readonly string[]): Promise<ReadonlyMap<string, Schedule>>
  /** All that were ever made of a schedule. */
  changes(schedule: string): Promise<readonly ScheduleChange[]>
  /** `undefined` when there is no such schedule. */
  add(schedule: string, requested: ChangeRequest, context: RequestContext): Promise<ChangeResult | undefined>
  /** `undefined` when the schedule has no such swap. */
  take(
    schedule: string,
    id: string,
    taker: string,
    at: number,
    actor: string,
  ): Promise<ChangeResult | undefined>
  /** `undefined` when the schedule has no such change. */
  end(schedule: string, id: string, actor: string, at: number): Promise<ChangeResult | undefined>
  /** All that it takes to work out who would be paged: as things stand now, or with the schedules that an incident began with. */
  context(incident?: Incident): Promise<PagingContext>
  /** By name, as configured now. */
  people(): Promise<ReadonlyMap<string, OnCallPerson>>
  /** Ends every address of a calendar that somebody was given. */
  endFeeds(holder: Holder): Promise<void>
}

export interface OnCallPerson {
  readonly title: string
  readonly timeZone: string
  /** Whether any contact is configured. */
  readonly canBePaged: boolean
  /** The kinds of their contacts, in the order in which they are tried. */
  readonly channels: readonly Contact['channel'][]
}

/** In which somebody reads a schedule, and writes times of it into forms: their own zone, when they have said one. */
export function zoneOf(
  person: string,
  people: ReadonlyMap<string, OnCallPerson>,
  { timeZone }: Schedule,
): string {
  return people.get(person)?.timeZone ?? timeZone
}
