import {
  type GroupNotices,
  type GroupStanding,
  isSent,
  nextLook,
  type NoticeReason,
  noticeReason,
} from '../alert/group-notice.ts'
import { opensIncidents } from '../page/channel-traits.ts'
import { fromTheFirst } from './escalation.ts'
import type { ReadingEvent } from './event.ts'
import { remindOwner, tellGrowth } from './owner-told.ts'
import { countOccasion, type Move, move, set, stay, tell, want } from './turn.ts'

/* What rooms that follow an incident's group of alerts hear, beside whoever is paged: at the route's group interval. */

const notBegun: GroupNotices = { firstAt: null, dueAt: null, log: null, reason: null }

const look: Move = (turn) => {
  const { settings, occasions } = turn.state
  return want({ type: 'read-group', rooms: settings.group?.rooms ?? [], occasion: occasions.group })(turn)
}

/** Alerts changed: a new group is looked at now, for how long it fires already; one that is known, at its next interval. */
export const groupChanged: Move = (turn) => {
  const { settings, group, phase } = turn.state
  if (settings.group === undefined || phase === 'resolved') return turn
  if (group === null) return move(turn, set({ group: notBegun }), look)
  // One that fires for long already ends the wait for the others.
  if (group.firstAt === null) return look(turn)
  const next = nextLook(group.firstAt, settings.group.intervalMs, turn.at)
  return set({ group: { ...group, dueAt: Math.min(group.dueAt ?? Infinity, next) } })(turn)
}

/** Nothing more is told at intervals of an incident that is over: whoever heard of it hears that. */
export const endGroup: Move = set({ group: null })

export const groupDue: Move = (turn) => {
  const { group, settings } = turn.state
  if (group?.dueAt == null || group.dueAt > turn.at) return turn
  // The configuration may have no rooms for it any more.
  return settings.group === undefined ? endGroup(turn) : look(turn)
}

export function groupRead({
  standing,
  longestMs,
  pages,
}: Extract<ReadingEvent, { type: 'group-read' }>): Move {
  return (turn) => {
    const { settings, group } = turn.state
    if (settings.group === undefined || group === null) return turn
    // A group begins with what fires.
    if (group.firstAt === null && group.dueAt === null && isEmpty(standing)) return turn
    const { waitMs } = settings.group
    const waits = group.firstAt === null && waitMs > 0 && longestMs <= waitMs
    if (waits && (group.dueAt === null || group.dueAt > turn.at))
      return set({ group: { ...group, dueAt: group.dueAt ?? turn.at + waitMs } })(turn)
    const begun = { ...group, firstAt: group.firstAt ?? turn.at, dueAt: null }
    const reason = noticeReason(group.log, standing, settings.group, turn.at)
    const looked = set({ group: begun })(turn)
    const told = reason === null ? looked : notify(reason, standing, pages)(looked)
    return move(told, want({ type: 'close-look', isTold: reason !== null }), lookAgain(standing))
  }
}

function notify(
  reason: NoticeReason,
  { firing, newlyFiring, newlyResolved }: GroupStanding,
  pages: Extract<ReadingEvent, { type: 'group-read' }>['pages'],
): Move {
  return (turn) => {
    const { settings, group } = turn.state
    if (settings.group === undefined || group === null) return turn
    // Whom the steps have just paged knows it.
    const paged = reason === 'first' ? turn.state.cycles.flatMap(({ people }) => people) : []
    // A provider with incidents of its own hears of the end together with the incident's.
    const told = pages.filter(
      ({ person, channel }) =>
        !paged.includes(person) && !(reason === 'all-resolved' && opensIncidents(channel)),
    )
    const rooms = [...new Set(told.map(({ person }) => person))]
    const isTold = rooms.length > 0 && isSent(reason, settings.group)
    const fact = { type: 'group-told', reason, rooms, firing, newlyFiring, newlyResolved } as const
    return move(
      turn,
      set({ group: { ...group, log: { at: turn.at, firing }, reason } }),
      isTold ? tell(fact) : stay,
      isTold ? want({ type: 'queue-pages', pages: told }) : stay,
      isTold ? countOccasion('group') : stay,
      reason === 'new-alerts' ? tellGrowth : stay,
      reason === 'repeat' ? stillFires : stay,
    )
  }
}

function isEmpty({ firing, suppressed }: GroupStanding): boolean {
  return firing === 0 && suppressed === 0
}

/** When it is looked at again. A group without anything that fires is over: what fires then begins one of its own. */
function lookAgain(standing: GroupStanding): Move {
  return (turn) => {
    const { settings, group } = turn.state
    if (settings.group === undefined || group?.firstAt == null) return turn
    if (isEmpty(standing)) return set({ group: { ...group, firstAt: null, dueAt: null } })(turn)
    const { intervalMs, repeatMs } = settings.group
    const repeatAt = group.log === null || repeatMs === null ? null : group.log.at + repeatMs
    // A silence ends, and an inhibition, without any change of these alerts.
    const next = standing.suppressed > 0 ? turn.at : repeatAt
    const dueAt = next === null ? null : nextLook(group.firstAt, intervalMs, Math.max(next, turn.at))
    return set({ group: { ...group, dueAt } })(turn)
  }
}

/** It fires on, and nothing was heard for the repeat interval: its owner is reminded, and where nobody has it and the steps are over, they begin again. */
const stillFires: Move = (turn) => {
  const { owner, escalation, settings, round } = turn.state
  if (owner !== null) return remindOwner(turn)
  if (escalation.kind !== 'exhausted' || escalation.retryAt !== null || settings.group?.repeatMs == null)
    return turn
  return move(
    turn,
    tell({ type: 'repeated', afterMs: settings.group.repeatMs, round }),
    set({ cycles: [] }),
    fromTheFirst,
  )
}
