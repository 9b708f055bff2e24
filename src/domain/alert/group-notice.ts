/*
 * When a room that follows a group of alerts hears of it: after the group wait, then at whole group intervals, when something is new, and when it was told
 * nothing for longer than the repeat interval. Source: Alertmanager, dispatch/dispatch.go and notify/notify.go (DedupStage.needsUpdate).
 */

/** What a room hears a group for. */
export type NoticeReason = 'first' | 'new-alerts' | 'some-resolved' | 'all-resolved' | 'repeat'

/** What it was told last. */
export interface NoticeLog {
  /** Epoch milliseconds. */
  readonly at: number
  /** How many alerts fired by that notice. */
  readonly firing: number
}

/** A group as it stands, held against what was told of it. Alerts that are silenced or inhibited count as if they were not there. */
export interface GroupStanding {
  readonly firing: number
  /** Of these, alerts that the last notice did not have as firing. */
  readonly newlyFiring: number
  /** Alerts that are over, and that the last notice did not have as over. */
  readonly newlyResolved: number
  /** Alerts that fire and page nobody now: silenced or inhibited. */
  readonly suppressed: number
}

export interface NoticeRules {
  readonly intervalMs: number
  /** `null`: what stays as it is is not told again. */
  readonly repeatMs: number | null
  /** Whether the room hears of alerts that are over. */
  readonly sendResolved: boolean
}

/** What a route says of the notices of its groups. */
export interface GroupSettings extends NoticeRules {
  readonly waitMs: number
  /** Shared channels, as people of pages are named. */
  readonly rooms: readonly string[]
}

/** Where the notices of a group stand. Instants are epoch milliseconds. */
export interface GroupNotices {
  /** The first look; later ones are whole intervals behind it. `null`: that one is to come. */
  readonly firstAt: number | null
  /** The next look; `null` when nothing can have changed by then. */
  readonly dueAt: number | null
  readonly log: NoticeLog | null
  /** What the last notice was for: its message says so. */
  readonly reason: NoticeReason | null
}

/**
 * Why a room is to hear of a group at `at`, epoch milliseconds; `null`: it need not. That everything is over is a reason also where that is not sent: what
 * fires afterwards is told as the first time.
 */
export function noticeReason(
  log: NoticeLog | null,
  { firing, newlyFiring, newlyResolved, suppressed }: GroupStanding,
  { repeatMs, sendResolved }: Pick<NoticeRules, 'repeatMs' | 'sendResolved'>,
  at: number,
): NoticeReason | null {
  const known = log === null || log.firing === 0 ? null : log
  // What is only suppressed is not over.
  if (firing === 0) return known === null || (suppressed > 0 && newlyResolved === 0) ? null : 'all-resolved'
  if (known === null) return 'first'
  if (newlyFiring > 0) return 'new-alerts'
  if (sendResolved && newlyResolved > 0) return 'some-resolved'
  return repeatMs !== null && known.at < at - repeatMs ? 'repeat' : null
}

/** The first look at a group after `after` that is a whole number of intervals behind its first one; epoch milliseconds. */
export function nextLook(firstAt: number, intervalMs: number, after: number): number {
  return firstAt + (Math.floor((after - firstAt) / intervalMs) + 1) * intervalMs
}

/** Whether a reason is for the room's ears. */
export function isSent(reason: NoticeReason, { sendResolved }: Pick<NoticeRules, 'sendResolved'>): boolean {
  return sendResolved || (reason !== 'all-resolved' && reason !== 'some-resolved')
}
