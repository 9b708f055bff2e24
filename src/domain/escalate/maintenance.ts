import { insideUntil, isInside } from '../alert/time-window.ts'
import { nextInside } from '../alert/time-window-next.ts'
import type { Maintenance, RecurringMaintenance, Service } from '../configuration/configuration.ts'
import { formatDuration } from '../values/duration.ts'
import type { Severity } from '../values/severity.ts'
import { incidentName } from '../investigate/evidence.ts'

/** Maintenance of a service that a person announced; its `to` is where it was to end. Instants are epoch milliseconds. */
export interface MaintenanceWindow extends Maintenance {
  /** A number, as text. */
  readonly id: string
  readonly service: string
  readonly madeBy: string
  readonly madeAt: number
  /** Ended before its time. */
  readonly endedBy: string | null
  readonly endedAt: number | null
}

/** A window as people see it: theirs, or one of the configuration, which has no number. */
export interface ListedMaintenance extends Maintenance {
  readonly id: string | null
  readonly service: string
  readonly madeBy: string | null
}

/** When a window holds: until its end, or until somebody ended it. */
export function standing({ from, to, reason, endedAt }: MaintenanceWindow): Maintenance {
  return { from, to: Math.min(to, endedAt ?? to), reason }
}

const yearMs = 366 * 86_400_000

/** Recurring maintenance that holds at `at`, epoch milliseconds: from then until its end, or for a year where it has none. */
export function recurringAt(recurring: readonly RecurringMaintenance[], at: number): Maintenance[] {
  return recurring.flatMap(({ times, reason }) =>
    isInside(times, at) ? [{ from: at, to: insideUntil(times, at) ?? at + yearMs, reason }] : [],
  )
}

/** The same, and where it does not hold now, the next time that it will within a year. */
function nextTimes(recurring: readonly RecurringMaintenance[], at: number): Maintenance[] {
  return recurring.flatMap(({ times, reason }) => {
    const from = nextInside(times, at)
    return from === null ? [] : [{ from, to: insideUntil(times, from) ?? from + yearMs, reason }]
  })
}

/** Those that are not over at `at`, the running ones first; of what recurs, the next time. */
export function listedMaintenance(
  services: Readonly<Record<string, Service>>,
  windows: readonly MaintenanceWindow[],
  at: number,
): ListedMaintenance[] {
  const configured = Object.values(services).flatMap(
    ({ name, maintenance = [], recurringMaintenance = [] }) =>
      [...maintenance, ...nextTimes(recurringMaintenance, at)].map((one) => ({
        ...one,
        id: null,
        service: name,
        madeBy: null,
      })),
  )
  const announced = windows.map((window) => {
    const { id, service, madeBy } = window
    return { ...standing(window), id, service, madeBy }
  })
  return [...configured, ...announced]
    .filter(({ to }) => to > at)
    .toSorted((a, b) => a.from - b.from || a.to - b.to)
}

/** Long enough for any move, short enough that a forgotten one is found. */
const longestMs = 30 * 86_400_000
const farthestMs = 366 * 86_400_000

/** What is wrong with a window that is asked for at `now`; `undefined` when nothing is. */
export function windowProblem(
  { from, to }: Pick<Maintenance, 'from' | 'to'>,
  now: number,
): string | undefined {
  if (to <= from) return 'its end must come after its beginning'
  if (to <= now) return 'it would be over already: its end must lie ahead'
  if (to - from > longestMs)
    return `it lasts ${formatDuration(to - from)}: at most ${formatDuration(longestMs)}`
  return from - now > farthestMs ? 'it begins in more than a year' : undefined
}

/** What maintenance of a service holds back, as things stand. */
export interface MaintenanceEffect {
  /** Open incidents of the service. */
  readonly incidents: readonly {
    readonly incident: number
    readonly title: string
    readonly severity: Severity
    /** Has it already: paging is over, and nothing changes. */
    readonly owner: string | null
  }[]
  /** Checks of the service: what they find pages nobody. */
  readonly checks: readonly string[]
}

const mostNamed = 8

/** `Holds back pages about INC-3 (P1, Likes on iOS down 67 %). INC-4 stays with ben. Checks of it page nobody meanwhile: feed-activity.` */
export function effectSentence({ incidents, checks }: MaintenanceEffect): string {
  const held = incidents.filter(({ owner }) => owner === null)
  const owned = incidents.flatMap(({ incident, owner }) =>
    owner === null ? [] : [`${incidentName(incident)} stays with ${owner}.`],
  )
  const sentences = [
    held.length === 0
      ? 'No open incident is held back.'
      : `Holds back further pages about ${listed(held.map(({ incident, severity, title }) => `${incidentName(incident)} (${severity}, ${title})`))}.`,
    ...owned.slice(0, mostNamed),
    ...(checks.length === 0 ? [] : [`What these checks find pages nobody meanwhile: ${listed(checks)}.`]),
  ]
  return sentences.join(' ')
}

function listed(names: readonly string[]): string {
  const more = names.length - mostNamed
  return more > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${more} more` : names.join(', ')
}

/** A window as somebody asks for it, in their own words; the one who answers says what is not understood. */
export interface MaintenanceRequest {
  readonly service: string
  /** `2h`; or else `to`. */
  readonly for?: string
  /** Instants such as `2026-05-01T12:00`, days, `now` or `+2h`, by the clock of `timeZone` unless they say another; absent: from now. */
  readonly from?: string
  readonly to?: string
  readonly reason?: string
  /** By whose clock it is written, and answered. */
  readonly timeZone: string
}

export interface MaintenanceAnswer {
  readonly kind: 'done' | 'unchanged' | 'refused'
  /** What came of it, in sentences. */
  readonly message: string
  readonly window?: Omit<MaintenanceWindow, 'id'> & { readonly id?: string }
  readonly effect?: MaintenanceEffect
}

/** Announcing maintenance from wherever people are. */
export interface MaintenanceAnnouncements {
  /** Those that are not over. */
  listed(): Promise<readonly ListedMaintenance[]>
  /** What a window would hold back; nothing is changed. */
  preview(request: MaintenanceRequest): Promise<MaintenanceAnswer>
  /** @param requestKey the same over repeats of one request */
  announce(request: MaintenanceRequest, by: string, requestKey: string): Promise<MaintenanceAnswer>
  end(id: string, by: string): Promise<MaintenanceAnswer>
}
