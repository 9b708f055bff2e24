import type pg from 'pg'
import { type Audience, audienceKey, audiences } from '../audience.ts'
import { readRankingConfiguration } from './database.ts'

export interface Post {
  readonly id: number
  readonly author_id: number
  readonly topic: string
  readonly title: string
}

/** What an audience may see. */
export interface RankedFeed {
  /** On top of every page. */
  readonly pinned: readonly Post[]
  /** Best first. */
  readonly posts: readonly Post[]
  readonly pageSize: number
}

export type Rank = (audience: Audience, minScore?: number) => Promise<RankedFeed>

const rankPosts = `
  SELECT p.id, p.author_id, p.topic, p.title, p.pinned
  FROM posts p
  WHERE (p.pinned OR p.score >= $1) AND (p.country IS NULL OR p.country = $2)
  ORDER BY p.score DESC, p.id
  LIMIT 100`

/** Ranks the posts in PostgreSQL for an audience, by the platform's configuration or by a least score of the caller's. */
export function createRank(pool: pg.Pool): Rank {
  return async ({ os, country }, minScore) => {
    const configuration = await readRankingConfiguration(pool, os)
    if (!configuration)
      throw new Error(`table feed_config has no row for platform ${os}: nothing says what to show there`)
    const { rows } = await pool.query<Post & { pinned: boolean }>(rankPosts, [
      minScore ?? configuration.minScore,
      country,
    ])
    const [pinned, posts] = [rows.filter((row) => row.pinned), rows.filter((row) => !row.pinned)]
    return { pinned, posts, pageSize: configuration.pageSize }
  }
}

export interface PrefetchedFeeds {
  /** What was ranked last for this audience, however long ago that was. */
  get(audience: Audience): RankedFeed | undefined
  /** Ranks for every audience once. What cannot be ranked stays as it is. */
  refresh(): Promise<void>
}

/** Feeds that are ranked ahead of time, so that nobody waits for the database. */
export function createPrefetchedFeeds(rank: Rank): PrefetchedFeeds {
  const feeds = new Map<string, RankedFeed>()
  return {
    get: (audience) => feeds.get(audienceKey(audience)),
    async refresh() {
      for (const audience of audiences) feeds.set(audienceKey(audience), await rank(audience))
    },
  }
}

/** One page: what is pinned, and below it a stretch of the ranking. Every person has their own place there, which moves on with the hours. */
export function pageFor({ pinned, posts, pageSize }: RankedFeed, user: number, at: number): readonly Post[] {
  const room = Math.max(0, pageSize - pinned.length)
  const from = posts.length === 0 ? 0 : (user * 7 + Math.floor(at / 3_600_000)) % posts.length
  const stretch = [...posts.slice(from), ...posts.slice(0, from)].slice(0, room)
  return [...pinned, ...stretch].map(({ id, author_id, topic, title }) => ({ id, author_id, topic, title }))
}
