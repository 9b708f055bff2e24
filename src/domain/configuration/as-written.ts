import { instantText } from '../values/instant-text.ts'
import { writtenDuration } from '../values/duration.ts'
import { toJson } from '../values/canonical-json.ts'
import type { InhibitionRule } from '../alert/inhibition.ts'
import { formatMatcher } from '../alert/matcher-text.ts'
import { writtenTimeWindow } from '../alert/time-window-text.ts'
import { writtenSchedule, writtenWindow } from '../on-call/written.ts'
import type { Check, Configuration, RemediationTarget, Route, Service } from './configuration.ts'
import type { Calendar, User } from './people.ts'

type Named = Readonly<Record<string, unknown>>

/** The sections of `firewatch.yaml` by name, and what stands at its top, with the keys and values that people write there. */
export interface WrittenParts {
  readonly users: Named
  readonly senders: Named
  readonly policies: Named
  readonly checks: Named
  readonly runbooks: Named
  /** Accounts of this installation; senders are told like people. */
  readonly integrations: Named
  readonly routes: readonly unknown[]
  readonly settings: unknown
  /** Everything else that has a name. */
  readonly sections: Readonly<Record<string, Named>>
}

/** A configuration as it could stand in its file. What is left out there because it follows from something else is left out here too. */
export function asWritten(configuration: Configuration): WrittenParts {
  const { timeZone, publicUrl, heartbeat, retention, inhibit, integrations = {}, runbooks } = configuration
  const { severities, resolveTimeoutMs, correlation } = configuration
  const { slack, email, telegram, senders = {} } = integrations
  const { teams, channels, schedules, calendars, services, sources, metrics, slices, targets } = configuration
  const accounts = Object.entries({ slack, email, telegram }).flatMap(([name, account]) =>
    account === undefined ? [] : [[name, account] as const],
  )
  return {
    users: each(configuration.users, writtenUser),
    senders: each(senders),
    policies: each(configuration.policies),
    checks: each(configuration.checks, writtenCheck),
    runbooks: each(Object.fromEntries(runbooks.map((one) => [one.name, one]))),
    integrations: each(Object.fromEntries(accounts)),
    routes: configuration.routes.map((route: Route) => written(writtenRoute(route))),
    settings: written({
      timeZone,
      publicUrl,
      heartbeat,
      retention,
      inhibit: inhibit?.map(writtenInhibition),
      severities,
      resolveTimeoutMs,
      correlation,
    }),
    sections: {
      teams: each(teams),
      channels: each(channels),
      schedules: each(schedules, writtenSchedule),
      calendars: each(calendars, writtenCalendar),
      services: each(services, writtenService(timeZone)),
      sources: each(sources),
      metrics: each(metrics),
      heartbeats: each(configuration.heartbeats ?? {}),
      slices: each(slices),
      targets: each(targets, writtenTarget),
      windows: Object.fromEntries(
        Object.entries(configuration.windows ?? {}).map(([name, window]) => [
          name,
          writtenTimeWindow(window),
        ]),
      ),
    },
  }
}

/** @param keysOf says of an entry what its keys in the file are, where they are others; durations are written by {@link written} */
function each<Entry extends object>(
  entries: Readonly<Record<string, Entry>>,
  keysOf: (entry: Entry) => object = (entry) => entry,
): Named {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const { name: _name, title, ...rest } = keysOf(entry) as { name?: unknown; title?: unknown }
      // Where nobody gives it a title, its name is the title.
      return [name, written(title === undefined || title === name ? rest : { title, ...rest })]
    }),
  )
}

/** Milliseconds are ours: the key `bucketMs` is `bucket` in the file, and its value `5m`. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written)
  const plain: unknown = typeof value === 'object' && value !== null ? toJson(value) : value
  if (typeof plain !== 'object' || plain === null) return plain
  return Object.fromEntries(
    Object.entries(plain).map(([key, inner]) => {
      // A label and an action may be called so too: they are no numbers.
      const duration = key.endsWith('Ms') ? durations(inner) : undefined
      return duration === undefined ? [key, written(inner)] : [key.slice(0, -'Ms'.length), duration]
    }),
  )
}

/** One, or one for each severity; `undefined` for what is neither. */
function durations(ms: unknown): unknown {
  if (typeof ms === 'number') return writtenDuration(ms)
  if (typeof ms !== 'object' || ms === null) return undefined
  const all = Object.entries(ms)
  if (!all.every((one): one is [string, number] => typeof one[1] === 'number')) return undefined
  return Object.fromEntries(all.map(([key, one]) => [key, writtenDuration(one)]))
}

/** People count contacts from 1. */
function writtenUser({ notify, ...user }: User): object {
  return {
    ...user,
    ...(notify && { notify: notify.map(({ contact, ...rule }) => ({ contact: contact + 1, ...rule })) }),
  }
}

/** What a check goes by where its file says nothing follows from its bucket. */
function writtenCheck({ everyMs, silentAfterMs, ...check }: Check): object {
  const { bucketMs } = check
  return {
    ...check,
    ...(everyMs === bucketMs ? {} : { everyMs }),
    ...(silentAfterMs === 2 * bucketMs ? {} : { silentAfterMs }),
  }
}

function writtenCalendar({ windows, ...calendar }: Calendar): object {
  return { ...calendar, windows: windows.map(writtenWindow) }
}

function writtenService(timeZone: string) {
  const at = (instant: number) => instantText(instant, timeZone)
  return ({ maintenance = [], recurringMaintenance = [], ...service }: Service): object => {
    const all = [
      ...maintenance.map(({ from, to, reason }) => ({ from: at(from), to: at(to), reason })),
      ...recurringMaintenance.map(({ window, reason }) => ({ window, reason })),
    ]
    return { ...service, ...(all.length > 0 && { maintenance: all }) }
  }
}

/** Matchers are texts there. */
function writtenRoute({ matchers, routes = [], ...route }: Route): object {
  return {
    ...route,
    ...(matchers === undefined ? {} : { matchers: matchers.map(formatMatcher) }),
    ...(routes.length === 0 ? {} : { routes: routes.map(writtenRoute) }),
  }
}

function writtenInhibition({ source, target, equal }: InhibitionRule): object {
  return { source: source.map(formatMatcher), target: target.map(formatMatcher), equal }
}

function writtenTarget({ group, ...target }: RemediationTarget): object {
  return group === target.service ? target : { group, ...target }
}
