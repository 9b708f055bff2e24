import type { ClickHouseClient } from '@clickhouse/client'
import type { Person } from './population.ts'

/** Row of `simulator.feed_actions`; `time` in whole seconds since 1970. */
export interface FeedAction extends Person {
  readonly post_id: number
  readonly action: 'view' | 'like'
  readonly time: number
}

/** Row of `simulator.message_actions`; `time` in whole seconds since 1970. */
export interface MessageAction extends Person {
  readonly receiver_id: number
  readonly time: number
}

export type Table = 'simulator.feed_actions' | 'simulator.message_actions'

const personColumns = `
  gender UInt8,
  age UInt8,
  country LowCardinality(String),
  city LowCardinality(String),
  os LowCardinality(String),
  source LowCardinality(String),
  exp_group UInt8`

/** A batch that is sent again because its answer was lost is recognised by its token among the last so many and kept once. */
const engine = `ENGINE = MergeTree PARTITION BY toDate(time) ORDER BY time
  SETTINGS non_replicated_deduplication_window = 1000`

const statements = [
  'CREATE DATABASE IF NOT EXISTS simulator',
  `CREATE TABLE IF NOT EXISTS simulator.feed_actions (
  user_id UInt32, post_id UInt32, action LowCardinality(String), time DateTime('UTC'),${personColumns}
) ${engine}`,
  `CREATE TABLE IF NOT EXISTS simulator.message_actions (
  user_id UInt32, receiver_id UInt32, time DateTime('UTC'),${personColumns}
) ${engine}`,
]

/** Makes the tables that are missing. */
export async function createTables(clickhouse: ClickHouseClient): Promise<void> {
  for (const query of statements) await clickhouse.command({ query })
}
