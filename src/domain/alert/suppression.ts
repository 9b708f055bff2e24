import type { Configuration, Route } from '../configuration/configuration.ts'
import type { Hold } from '../escalate/hold.ts'
import type { Labels } from './alert.ts'
import type { Inhibition, InhibitionAlert } from './inhibition.ts'
import { type Silence, silencing } from './silence.ts'
import { insideUntil, isInside } from './time-window.ts'

/* What keeps pages of an incident back though its alerts fire. Its state is the same with and without. */

/** An alert that fires, as suppression looks at it. */
export interface FiringMember extends InhibitionAlert {
  /** Epoch milliseconds. */
  readonly startsAt: number
}

/** What an alert is suppressed by. */
export interface SuppressedBy {
  readonly silences: readonly Silence[]
  readonly inhibitors: readonly InhibitionAlert[]
}

/** @param silences those that are active now, others do no harm @param at epoch milliseconds */
export function suppressorsOf(
  alert: InhibitionAlert,
  silences: readonly Silence[],
  inhibition: Inhibition,
  at: number,
): SuppressedBy {
  return {
    silences: silencing(alert.labels, silences, at),
    inhibitors: inhibition.by(alert).map((inhibitor) => inhibitor.alert),
  }
}

export function isSuppressed({ silences, inhibitors }: SuppressedBy): boolean {
  return silences.length > 0 || inhibitors.length > 0
}

/** Inhibition ends when another alert does, which this incident does not hear of by itself. */
const inhibitedLookMs = 15_000
const mostNamed = 5

/**
 * Holds pages back while everything that fires is silenced or inhibited; `undefined` where something is not.
 * @param members what each of the incident's firing alerts is suppressed by
 */
export function suppressionHold(members: readonly SuppressedBy[], at: number): Hold | undefined {
  if (members.length === 0 || !members.every(isSuppressed)) return undefined
  const silences = [...new Map(members.flatMap((one) => one.silences).map((one) => [one.id, one])).values()]
  const silencedUntil = members
    .filter((one) => one.silences.length > 0)
    .map((one) => Math.max(...one.silences.map(({ endsAt }) => endsAt)))
  const until = silencedUntil.length === 0 ? null : Math.min(...silencedUntil)
  if (silences.length > 0 && until !== null) {
    const told = silences
      .slice(0, mostNamed)
      .map(({ id, createdBy: by, comment: reason }) => ({ id, by, reason }))
    const cause = { kind: 'silenced', until: instant(until), silences: told } as const
    const isMixed = silencedUntil.length < members.length
    return { cause, inMs: Math.min(until - at, isMixed ? inhibitedLookMs : Infinity), firm: false }
  }
  const by = members.flatMap((one) => one.inhibitors).map(({ labels }) => nameOf(labels))
  const cause = { kind: 'inhibited', by: [...new Set(by)].slice(0, mostNamed) } as const
  return { cause, inMs: inhibitedLookMs, firm: false }
}

function nameOf(labels: Labels): string {
  const { alertname = 'an alert', service } = labels
  return service === undefined ? alertname : `${alertname} (${service})`
}

/** Holds pages back while a route is muted, or not active. A window that is gone holds nothing back: paging fails open. */
export function windowHold(
  { mute = [], active = [] }: Pick<Route, 'mute' | 'active'>,
  windows: Configuration['windows'],
  at: number,
): Hold | undefined {
  const named = (names: readonly string[]) =>
    names.flatMap((name) => {
      const window = windows?.[name]
      return window === undefined ? [] : [{ name, window }]
    })
  const muting = named(mute).find(({ window }) => isInside(window, at))
  if (muting !== undefined) {
    const until = insideUntil(muting.window, at)
    const cause = {
      kind: 'muted',
      window: muting.name,
      until: until === null ? null : instant(until),
    } as const
    return { cause, inMs: until === null ? longestLookMs : until - at, firm: false }
  }
  const wanted = named(active)
  if (wanted.length === 0 || wanted.some(({ window }) => isInside(window, at))) return undefined
  const cause = { kind: 'inactive', windows: wanted.map(({ name }) => name) } as const
  return { cause, inMs: inactiveLookMs, firm: false }
}

const longestLookMs = 86_400_000
/** Windows are written to the minute. */
const inactiveLookMs = 60_000

/**
 * Waits for more alerts of a new incident, so that the first page names them all. One that has fired for that long already is told at once. Source:
 * Alertmanager, dispatch/dispatch.go.
 * @param begunUntil until when it is waited for already; `null`: the wait begins now. Epoch milliseconds
 */
export function groupingHold(
  { groupWaitMs = 0 }: Pick<Route, 'groupWaitMs'>,
  members: readonly Pick<FiringMember, 'startsAt'>[],
  begunUntil: number | null,
  at: number,
): Hold | undefined {
  const until = begunUntil ?? at + groupWaitMs
  const isOld = members.some(({ startsAt }) => startsAt + groupWaitMs < at)
  if (until <= at || isOld) return undefined
  return { cause: { kind: 'grouping', until: instant(until) }, inMs: until - at, firm: false }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
