import pg from 'pg'
import { operatingSystems, pinnedPost, postCount } from '../audience.ts'

/** Connections of the service are named so in `pg_stat_activity`. */
export const applicationName = 'feed-service'

/** What ranking of one platform goes by. Rows are only added; the newest of a platform holds. */
export interface RankingConfiguration {
  readonly platform: string
  /** Posts that score less are not shown, unless they are pinned; scores run from 0 to 10. */
  readonly minScore: number
  readonly pageSize: number
}

/** What the service runs well with. */
export const usual = { minScore: 4, pageSize: 10 }

const schema = `
  CREATE TABLE IF NOT EXISTS posts (
    id integer PRIMARY KEY,
    author_id integer NOT NULL,
    topic text NOT NULL,
    title text NOT NULL,
    score double precision NOT NULL,
    pinned boolean NOT NULL,
    country text
  );
  CREATE TABLE IF NOT EXISTS feed_config (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform text NOT NULL,
    min_score double precision NOT NULL,
    page_size integer NOT NULL,
    changed_by text NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
  );`

const seedPosts = `
  INSERT INTO posts (id, author_id, topic, title, score, pinned)
  SELECT n, 1 + n * 37 % 500, topic, topic || ': what we learnt, part ' || n, (n * 613 % 1000) / 100.0, n = $2
  FROM generate_series(1, $1::integer) AS n
  CROSS JOIN LATERAL (SELECT (ARRAY['Cooking','Climbing','Gardens','Films','Trains','Photography'])[1 + n % 6]) AS t (topic)
  ON CONFLICT (id) DO NOTHING`

/**
 * Makes the database `feed` on the server of `adminUrl` if it is missing, with its tables, posts and ranking configuration.
 * @param adminUrl of any database there, with a user that may create databases
 * @returns the URL of the database `feed`
 */
export async function prepareDatabase(adminUrl: string): Promise<string> {
  await withClient(adminUrl, async (client) => {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'feed'")
    if (found.rowCount === 0) await client.query('CREATE DATABASE feed')
  })
  const url = new URL(adminUrl)
  url.pathname = '/feed'
  await withClient(url.href, async (client) => {
    await client.query(schema)
    await client.query(seedPosts, [postCount, pinnedPost])
    for (const [platform] of operatingSystems) {
      const known = await readRankingConfiguration(client, platform)
      if (!known)
        await addRankingConfiguration(client, { platform, ...usual }, 'feed-setup', 'first configuration')
    }
  })
  return url.href
}

/** The configuration that holds for a platform now. */
export async function readRankingConfiguration(
  database: pg.ClientBase | pg.Pool,
  platform: string,
): Promise<RankingConfiguration | undefined> {
  const { rows } = await database.query<RankingConfiguration>(
    `SELECT platform, min_score AS "minScore", page_size AS "pageSize"
     FROM feed_config WHERE platform = $1 ORDER BY id DESC LIMIT 1`,
    [platform],
  )
  return rows[0]
}

/** Makes a configuration the one that holds. It shows as soon as the service ranks anew. */
export async function addRankingConfiguration(
  database: pg.ClientBase,
  { platform, minScore, pageSize }: RankingConfiguration,
  changedBy: string,
  reason: string,
): Promise<void> {
  await database.query(
    'INSERT INTO feed_config (platform, min_score, page_size, changed_by, reason) VALUES ($1, $2, $3, $4, $5)',
    [platform, minScore, pageSize, changedBy, reason],
  )
}

/** Puts each platform back to the usual configuration that isn't on it. Returns the platforms that were changed. */
export async function restoreRankingConfiguration(
  database: pg.ClientBase,
  changedBy: string,
  reason: string,
): Promise<string[]> {
  const changed: string[] = []
  for (const [platform] of operatingSystems) {
    const current = await readRankingConfiguration(database, platform)
    if (current?.minScore === usual.minScore && current.pageSize === usual.pageSize) continue
    await addRankingConfiguration(database, { platform, ...usual }, changedBy, reason)
    changed.push(platform)
  }
  return changed
}

/** Runs `use` on a connection of its own. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
