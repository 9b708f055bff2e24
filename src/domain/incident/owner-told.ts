import type { Severity } from '../values/severity.ts'
import type { AlertsEvent, ReadingEvent } from './event.ts'
import { stableMs } from './flapping.ts'
import { handOverRead } from './hand-over.ts'
import { ownerSilent } from './release.ts'
import { countOccasion, type Move, move, set, stay, tell, want } from './turn.ts'

/* What an owner hears of an incident that they acknowledged: that it became worse, that it grew, and that it fires again. */

/** It became worse after somebody acknowledged: they are paged again, and who does not answer loses it to the policy of the higher severity. */
export function askOwner(from: Severity): Move {
  return (turn) => {
    const { owner, severity, occasions } = turn.state
    if (owner === null) return turn
    return move(
      turn,
      // The same message tells them how many fire now, and that they do.
      set({
        owner: {
          ...owner,
          toldFiring: Math.max(owner.toldFiring, turn.state.alerts.firing),
          toldAgainAt: turn.at,
        },
      }),
      tell({ type: 'owner-asked', owner: owner.person, from, to: severity }),
      want({ type: 'read-person', kind: 'worse', person: owner.person, occasion: occasions.worse }),
      countOccasion('worse'),
    )
  }
}

function ownerRead({ pages, waitMs }: Extract<ReadingEvent, { type: 'person-read' }>): Move {
  return (turn) => {
    if (turn.state.owner === null) return turn
    if (pages.length === 0) return ownerSilent(turn)
    const { escalation } = turn.state
    // Asked before, they have no more time for its having become worse still.
    const asked = escalation.kind === 'asking-owner' ? escalation.dueAt : Infinity
    const dueAt = Math.min(asked, turn.at + waitMs)
    return move(
      turn,
      set({ escalation: { kind: 'asking-owner', dueAt, pages: pages.map(({ id }) => id) } }),
      want({ type: 'queue-pages', pages }),
    )
  }
}

/**
 * What an owner hears of alerts that fire. Within a cooldown that is nothing: what fires on at its end is told then, and not because something clears or
 * changes meanwhile.
 */
export function tellOwner(again: boolean, { fired, muted }: Pick<AlertsEvent, 'fired' | 'muted'>): Move {
  return (turn) => {
    const { owner } = turn.state
    if (owner === null || (fired === false && !again)) return turn
    if (muted === true) return again ? set({ owner: { ...owner, againMuted: true } })(turn) : turn
    return move(turn, again || owner.againMuted === true ? tellAgain : stay, tellMuchGrowth)
  }
}

/** More fires than the owner was told of: by half more, so that a storm is a handful of messages. */
const tellMuchGrowth: Move = (turn) => {
  const { owner, alerts } = turn.state
  if (owner === null || alerts.firing < Math.ceil(owner.toldFiring * 1.5)) return turn
  return tellGrowth(turn)
}

/** More fires than the owner was told of, however much more. */
export const tellGrowth: Move = (turn) => {
  const { owner, alerts, occasions, escalation } = turn.state
  if (owner === null || escalation.kind === 'asking-owner' || alerts.firing <= owner.toldFiring) return turn
  const { toldFiring, person } = owner
  return move(
    turn,
    set({ owner: { ...owner, toldFiring: alerts.firing } }),
    tell({ type: 'grown', owner: person, from: toldFiring, to: alerts.firing }),
    want({ type: 'read-person', kind: 'grown', person, occasion: occasions.grown }),
    countOccasion('grown'),
  )
}

/** It was clear, and fires again. What flaps is told once for as long as it would have to stay clear: they know by then that it does not. */
const tellAgain: Move = (turn) => {
  const { owner, alerts, occasions, escalation, settings, flapping } = turn.state
  if (owner === null || escalation.kind === 'asking-owner') return turn
  const { againMuted: _told, ...told } = owner
  // That it flaps they hear once as it begins to.
  const quietMs = flapping?.since === turn.at ? settings.stableForMs : stableMs(turn.state)
  const { person, toldAgainAt } = told
  if (toldAgainAt !== null && turn.at < toldAgainAt + quietMs) return turn
  return move(
    turn,
    set({
      owner: { ...told, toldAgainAt: turn.at, toldFiring: Math.max(told.toldFiring, alerts.firing) },
    }),
    tell({ type: 'owner-told-again', owner: person, firing: alerts.firing }),
    want({ type: 'read-person', kind: 'again', person, occasion: occasions.again }),
    countOccasion('again'),
  )
}

/** It fires on, unchanged, for so long that it may have been forgotten. */
export const remindOwner: Move = (turn) => {
  const { owner, alerts, occasions, escalation } = turn.state
  if (owner === null || escalation.kind === 'asking-owner') return turn
  const { person } = owner
  return move(
    turn,
    tell({ type: 'owner-reminded', owner: person, firing: alerts.firing }),
    want({ type: 'read-person', kind: 'reminder', person, occasion: occasions.reminder }),
    countOccasion('reminder'),
  )
}

/** What was read of somebody who is to be asked or told. */
export function personRead(reading: Extract<ReadingEvent, { type: 'person-read' }>): Move {
  switch (reading.kind) {
    case 'hand-over':
      return handOverRead(reading)
    case 'worse':
      return ownerRead(reading)
    case 'grown':
    case 'again':
    case 'reminder':
      return want({ type: 'queue-pages', pages: reading.pages })
  }
}
