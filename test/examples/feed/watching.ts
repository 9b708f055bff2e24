import type { ClickHouseClient } from '@clickhouse/client'
import { expect } from 'vitest'
import { type Os, operatingSystems } from '../../../examples/feed/audience.ts'
import { read, type Town, visitsIn } from '../../../examples/feed/behaviour.ts'

/** Views of each platform against those of a sound service: 1 is all is well. */
export type Levels = Readonly<Record<Os, number>>

/** From opening the feed to sending what was done with it, at most: it counts at the second in which the feed was opened. */
const visitSeconds = 1
const page = Array.from({ length: 10 }, (_, index) => index + 1)

/** What can be seen of a world from outside: rows in ClickHouse, and nothing else. */
export function createWatch(clickhouse: ClickHouseClient, town: Town) {
  const ask = async <Row>(query: string, params: Record<string, number> = {}): Promise<Row[]> => {
    const result = await clickhouse.query({ query, query_params: params, format: 'JSONEachRow' })
    return result.json<Row>()
  }

  /** Messages go on whatever happens to the feed, and rows are written in order. */
  const complete = (second: number) =>
    expect.poll(() => newest(), { timeout: 15_000, interval: 150 }).toBeGreaterThanOrEqual(second)
  const newest = async () =>
    (
      await ask<{ newest: number }>(
        'SELECT toUnixTimestamp(max(time)) AS newest FROM simulator.message_actions',
      )
    )[0]?.newest ?? 0

  /** Over whole seconds since 1970, half-open; waits until their rows have come. */
  const levels = async (from: number, to: number): Promise<Levels> => {
    await complete(to + visitSeconds)
    const rows = await ask<{ os: Os; views: number }>(
      `SELECT os, toUInt32(countIf(action = 'view')) AS views FROM simulator.feed_actions
       WHERE time >= fromUnixTimestamp({from:UInt32}) AND time < fromUnixTimestamp({to:UInt32}) GROUP BY os`,
      { from, to },
    )
    const level = (os: Os) =>
      (rows.find((row) => row.os === os)?.views ?? 0) / plannedViews(town, os, from, to)
    return { iOS: level('iOS'), Android: level('Android') }
  }

  return {
    ask,
    levels,
    /** The first whole seconds that lie entirely after this moment. */
    levelsFromNow: (settleMs = 0, seconds = 2) => {
      const from = Math.ceil((Date.now() + settleMs) / 1_000)
      return levels(from, from + seconds)
    },
  }
}

function plannedViews(town: Town, os: Os, from: number, to: number): number {
  const known = operatingSystems.some(([name]) => name === os)
  if (!known) throw new Error(`nobody uses ${os}`)
  const visits = Array.from({ length: to - from }, (_, nth) => visitsIn(town, from + nth)).flat()
  const actions = visits.filter(({ person }) => person.os === os).flatMap((visit) => read(visit, page))
  return actions.filter(({ action }) => action === 'view').length
}
