import type { AcceptedAlert, Labels } from './alert.ts'

/** An event as it waits in the inbox. Ids rise in the order of acceptance. */
export interface InboxRow extends AcceptedAlert {
  readonly id: number
  readonly acceptedAt: string
  /** The grouping key of the open incident in which this alert fires, if there is one. */
  readonly home: string | null
  /** What an earlier row of the inbox said of the end of this alert, and when that row was accepted. */
  readonly resolvedBefore: { readonly endedAt: string; readonly acceptedAt: string } | null
}

/** An alert as its incident knows it. */
export interface StoredAlert {
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: string
  readonly endsAt: string | null
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

/** The next state of a known alert; `undefined` when the event is old news. Its source's clock decides, not the order of arrival. */
export function applied(row: InboxRow, stored: StoredAlert): StoredAlert | undefined {
  const instant = instantOf(row)
  const newer = instant - Date.parse(stored.sourceAt)
  if (row.status === 'resolved') {
    if (newer < 0 || (stored.status === 'resolved' && newer === 0)) return undefined
    // Labels and annotations stay as it fired: they say what it was.
    return {
      ...stored,
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
  return { ...begun(row), startsAt: stored.startsAt }
}

/** An alert that fires, as an event has it. */
export function begun(row: InboxRow): StoredAlert {
  const { fingerprint, labels, annotations, startsAt, acceptedAt, id } = row
  return {
    fingerprint,
    status: 'firing',
    labels,
    annotations,
    startsAt,
    endsAt: null,
    changedAt: acceptedAt,
    sourceAt: startsAt,
    inboxId: id,
  }
}

/** Its end was reported before it arrived. */
export function isOver({ resolvedBefore, startsAt, acceptedAt }: InboxRow): boolean {
  if (resolvedBefore === null) return false
  const late = Date.parse(acceptedAt) - Date.parse(resolvedBefore.acceptedAt) <= reorderWindowMs
  return late && Date.parse(resolvedBefore.endedAt) >= Date.parse(startsAt)
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
