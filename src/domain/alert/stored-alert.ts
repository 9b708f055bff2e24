import { type AcceptedAlert, alertIdentity, type Labels } from './alert.ts'

/** An event as it waits in the inbox. Ids rise in the order of acceptance. */
export interface InboxRow extends AcceptedAlert {
  readonly id: number
  readonly acceptedAt: string
  /** The grouping keys of the open incidents in which this alert fires. */
  readonly homes: readonly string[]
  /** What an earlier row of the inbox said of the end of this alert, and when that row was accepted. */
  readonly resolvedBefore: { readonly endedAt: string; readonly acceptedAt: string } | null
}

/** An alert as its incident knows it, and as it is by itself. */
export interface StoredAlert {
  readonly source: string
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: string
  readonly endsAt: string | null
  /** It fires until then unless its source says so again. */
  readonly expiresAt?: string
  /** When the newest event that was applied had been accepted. */
  readonly changedAt: string
  /** The instant that event is about, by its source's clock. */
  readonly sourceAt: string
  readonly inboxId: number
}

/**
 * A firing event whose source had reported its end before is taken for late when it comes within this time of that report, the time
 * senders go on retrying; later, the source insists that it fires.
 */
const reorderWindowMs = 5 * 60_000

/** Clocks differ a little. */
const clockDifferenceMs = 1_000

/** An instant as its source has it, and when we heard of it; epoch milliseconds. */
interface ToldInstant {
  readonly at: number
  readonly heardAt: number
}

/**
 * How much later one instant is than another, in milliseconds. One that lay ahead when it was told is by a clock that runs ahead: such instants can be told from
 * each other by it, and from all others by when they were heard.
 */
function laterBy(a: ToldInstant, b: ToldInstant): number {
  const isAhead = ({ at, heardAt }: ToldInstant) => at > heardAt + clockDifferenceMs
  const byHearing = Math.min(a.at, a.heardAt) - Math.min(b.at, b.heardAt)
  return isAhead(a) === isAhead(b) || byHearing === 0 ? a.at - b.at : byHearing
}

/** The next state of a known alert; `undefined` when the event is old news. Its source's clock decides, not the order of arrival. */
export function applied(row: InboxRow, stored: StoredAlert): StoredAlert | undefined {
  const instant = instantOf(row)
  const newer = laterBy(
    { at: instant, heardAt: Date.parse(row.acceptedAt) },
    { at: Date.parse(stored.sourceAt), heardAt: Date.parse(stored.changedAt) },
  )
  if (row.status === 'resolved') {
    if (newer < 0 || (stored.status === 'resolved' && newer === 0)) return undefined
    const { expiresAt: _over, ...was } = stored
    // Labels and annotations stay as it fired: they say what it was.
    return {
      ...was,
      status: 'resolved',
      endsAt: iso(instant),
      changedAt: row.acceptedAt,
      sourceAt: iso(instant),
      inboxId: row.id,
    }
  }
  if (stored.status === 'resolved') {
    const insists =
      row.id > stored.inboxId && Date.parse(row.acceptedAt) - Date.parse(stored.changedAt) > reorderWindowMs
    return newer > 0 || insists ? begun(row) : undefined
  }
  if (newer < 0 || (newer === 0 && row.id <= stored.inboxId) || isSame(row, stored)) return undefined
  // Its time was over before it began anew, whether anybody has noticed or not.
  const isOverBefore =
    stored.expiresAt !== undefined && Date.parse(stored.expiresAt) < Date.parse(row.startsAt)
  return isOverBefore ? begun(row) : { ...begun(row), startsAt: stored.startsAt, ...laterEnd(row, stored) }
}

/** An end that was told for later still counts. Source: prometheus/alertmanager, types/types.go (Merge). */
function laterEnd(row: InboxRow, stored: StoredAlert): Pick<StoredAlert, 'expiresAt'> {
  const [told, before] = [row.expiresAt, stored.expiresAt]
  return told !== undefined && before !== undefined && Date.parse(before) > Date.parse(told)
    ? { expiresAt: before }
    : {}
}

/** An alert that fires, as an event has it. */
export function begun(row: InboxRow): StoredAlert {
  const { source, fingerprint, labels, annotations, startsAt, expiresAt, acceptedAt, id } = row
  return {
    source,
    fingerprint,
    status: 'firing',
    labels,
    annotations,
    startsAt,
    endsAt: null,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    changedAt: acceptedAt,
    sourceAt: startsAt,
    inboxId: id,
  }
}

/** An alert of which nothing is known but its end. */
function ended(row: InboxRow): StoredAlert {
  const { expiresAt: _over, ...rest } = begun(row)
  const at = iso(instantOf(row))
  return { ...rest, status: 'resolved', endsAt: at, sourceAt: at }
}

/**
 * What events make of alerts, whatever their incidents.
 * @param stored as they were before
 * @returns those that changed
 */
export function nextStates(rows: readonly InboxRow[], stored: readonly StoredAlert[]): StoredAlert[] {
  const known = new Map(stored.map((alert) => [alertIdentity(alert), alert]))
  const changed = new Map<string, StoredAlert>()
  for (const row of rows) {
    const identity = alertIdentity(row)
    const before = known.get(identity)
    const next = before === undefined ? first(row) : applied(row, before)
    if (next === undefined) continue
    known.set(identity, next)
    changed.set(identity, next)
  }
  return [...changed.values()]
}

function first(row: InboxRow): StoredAlert | undefined {
  if (row.status === 'resolved') return ended(row)
  return isOver(row) ? undefined : begun(row)
}

/** The same events, which know of an end of their alert that came in after them and was applied first. */
export function withKnownEnds(
  rows: readonly InboxRow[],
  stored: readonly StoredAlert[],
): readonly InboxRow[] {
  const ends = new Map(
    stored.flatMap((alert) => (alert.status === 'resolved' ? [[alertIdentity(alert), alert]] : [])),
  )
  return rows.map((row) => {
    const end = ends.get(alertIdentity(row))
    if (end === undefined || row.status === 'resolved') return row
    const before = row.resolvedBefore
    if (before !== null && Date.parse(before.endedAt) >= Date.parse(end.sourceAt)) return row
    return { ...row, resolvedBefore: { endedAt: end.sourceAt, acceptedAt: end.changedAt } }
  })
}

/** Its end was reported before it arrived. */
export function isOver({ resolvedBefore, startsAt, acceptedAt }: InboxRow): boolean {
  if (resolvedBefore === null) return false
  const began = { at: Date.parse(startsAt), heardAt: Date.parse(acceptedAt) }
  const ended = { at: Date.parse(resolvedBefore.endedAt), heardAt: Date.parse(resolvedBefore.acceptedAt) }
  return began.heardAt - ended.heardAt <= reorderWindowMs && laterBy(ended, began) >= 0
}

function isSame(row: InboxRow, stored: StoredAlert): boolean {
  return (
    Date.parse(row.startsAt) === Date.parse(stored.sourceAt) &&
    sameLabels(row.labels, stored.labels) &&
    sameLabels(row.annotations, stored.annotations)
  )
}

function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

function instantOf({ status, startsAt, endsAt }: InboxRow): number {
  const start = Date.parse(startsAt)
  return status === 'firing' || endsAt === undefined ? start : Math.max(start, Date.parse(endsAt))
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
