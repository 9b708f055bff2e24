import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alertIdentity } from '../../../src/domain/alert/alert.ts'
import {
  type InboxRow,
  isOver,
  nextStates,
  type StoredAlert,
  withKnownEnds,
} from '../../../src/domain/alert/stored-alert.ts'
import { newestOf, shuffledEvents, type TestEvent } from './alert-events.ts'

const begin = Date.parse('2026-03-02T03:00:00Z')
const iso = (seconds: number) => new Date(begin + seconds * 1_000).toISOString()

/** As they are claimed: each knows the newest end among those that arrived before it. */
function rowsOf(events: readonly TestEvent[]): InboxRow[] {
  const rows: InboxRow[] = []
  for (const [index, { source, fingerprint, status, at }] of events.entries()) {
    const acceptedAt = iso(100 + index)
    const earlier = rows
      .filter(
        (row) => row.status === 'resolved' && alertIdentity(row) === alertIdentity({ source, fingerprint }),
      )
      .toSorted((one, other) => Date.parse(other.endsAt ?? '') - Date.parse(one.endsAt ?? ''))[0]
    rows.push({
      source,
      fingerprint,
      status,
      id: index + 1,
      eventId: `${index}`,
      labels: { event: `${index}` },
      annotations: {},
      startsAt: status === 'firing' ? iso(at) : iso(0),
      ...(status === 'firing' ? {} : { endsAt: iso(at) }),
      acceptedAt,
      homes: [],
      resolvedBefore:
        earlier === undefined ? null : { endedAt: earlier.endsAt ?? '', acceptedAt: earlier.acceptedAt },
    })
  }
  return rows
}

describe('the state of alerts', () => {
  it('is what the newest event by the clock of its source says, in whatever order and batches events are applied', () => {
    fc.assert(
      fc.property(shuffledEvents, ({ events, batches }) => {
        const rows = rowsOf(events)
        let stored: StoredAlert[] = []
        for (const batch of batches) {
          const claimed = batch.flatMap((index) => rows[index] ?? [])
          const changed = new Map(nextStates(claimed, stored).map((alert) => [alertIdentity(alert), alert]))
          const kept = stored.filter((alert) => !changed.has(alertIdentity(alert)))
          stored = [...kept, ...changed.values()]
        }
        const states = stored.map((alert) => [alertIdentity(alert), alert.status, alert.sourceAt].join())
        const newest = [...newestOf(events)].map(([id, event]) => [id, event.status, iso(event.at)].join())
        expect(states.toSorted()).toEqual(newest.toSorted())
        for (const { status, endsAt, sourceAt } of stored)
          expect(endsAt).toBe(status === 'firing' ? null : sourceAt)
      }),
      { numRuns: 2_000 },
    )
  })

  it('ends events that arrived before the end, and are applied after it', () => {
    const [firing, resolved] = rowsOf([
      { source: 's', fingerprint: 'f', status: 'firing', at: 1 },
      { source: 's', fingerprint: 'f', status: 'resolved', at: 2 },
    ])
    if (firing === undefined || resolved === undefined) throw new Error('no rows')
    expect(isOver(firing)).toBe(false)
    expect(withKnownEnds([firing], nextStates([resolved], [])).map(isOver)).toEqual([true])
    expect(withKnownEnds([firing], nextStates([{ ...resolved, endsAt: iso(0) }], [])).map(isOver)).toEqual([
      false,
    ])
  })
})
