import { expect, it } from 'vitest'
import type { AcceptedAlert } from '../../src/domain/alert/alert.ts'
import { acceptArrivals } from '../../src/intake/arrivals.ts'
import { readPagerDutyEvent } from '../../src/intake/pagerduty.ts'

/** An inbox in memory, as PostgreSQL's is: an event is stored once, and ends are found by fingerprint. */
function inbox() {
  const rows: AcceptedAlert[] = []
  const accept = acceptArrivals({
    accept: async (alerts) => {
      const fresh = alerts.filter(({ eventId }) => rows.every((row) => row.eventId !== eventId))
      rows.push(...fresh)
      return { accepted: fresh.length, duplicates: alerts.length - fresh.length }
    },
    endedSince: async (eventIds) =>
      new Map(
        eventIds.flatMap((eventId) => {
          const index = rows.findIndex((row) => row.eventId === eventId)
          const ends = rows
            .slice(index + 1)
            .flatMap(({ fingerprint, endsAt }) =>
              fingerprint === rows[index]?.fingerprint ? (endsAt ?? []) : [],
            )
          const last = ends.toSorted().at(-1)
          return last === undefined ? [] : [[eventId, last] as const]
        }),
      ),
  })
  let id = 0
  const send = async (action: string, second: number, payload: object = {}) => {
    const body = {
      event_action: action,
      dedup_key: 'disk',
      payload: { summary: 'Disk is full', ...payload },
    }
    const now = new Date(Date.UTC(2026, 2, 2, 3, 4, second))
    const { alerts } = readPagerDutyEvent(body, { source: 'integration/shop', now, newId: () => `${id++}` })
    return accept(alerts)
  }
  return { rows, send }
}

it('a repeat is stored once, until what it tells of has ended', async () => {
  const { rows, send } = inbox()
  const sent = [
    await send('trigger', 0),
    await send('trigger', 1),
    await send('resolve', 2),
    await send('trigger', 3),
    await send('trigger', 4),
    await send('resolve', 5),
    await send('resolve', 6),
    await send('trigger', 7),
  ]
  expect(sent.map(({ accepted, duplicates }) => `${accepted} ${duplicates}`)).toEqual([
    '1 0',
    '0 1',
    '1 0',
    '1 0',
    '0 1',
    '1 0',
    '1 0',
    '1 0',
  ])
  expect(rows.map(({ status }) => status).join(' ')).toBe('firing resolved firing resolved resolved firing')
})

it('a repeat with the time of the first does not fire again after the end', async () => {
  const { rows, send } = inbox()
  const timestamp = '2026-03-02T03:00:00Z'
  await send('trigger', 0, { timestamp })
  await send('resolve', 1)
  expect(await send('trigger', 2, { timestamp })).toEqual({ accepted: 0, duplicates: 1 })
  expect(rows).toHaveLength(2)
})
