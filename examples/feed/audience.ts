export type Os = 'iOS' | 'Android'

/** Operating systems with their share of the people. */
export const operatingSystems: readonly (readonly [Os, number])[] = [
  ['iOS', 0.55],
  ['Android', 0.45],
]

interface Market {
  readonly country: string
  readonly share: number
  readonly cities: readonly (readonly [string, number])[]
}

export const markets: readonly Market[] = [
  {
    country: 'Germany',
    share: 0.24,
    cities: [
      ['Berlin', 4],
      ['Hamburg', 2],
      ['Munich', 2],
      ['Leipzig', 1],
    ],
  },
  {
    country: 'France',
    share: 0.18,
    cities: [
      ['Paris', 5],
      ['Lyon', 2],
      ['Nantes', 1],
    ],
  },
  {
    country: 'Spain',
    share: 0.14,
    cities: [
      ['Madrid', 3],
      ['Barcelona', 3],
      ['Seville', 1],
    ],
  },
  {
    country: 'Italy',
    share: 0.13,
    cities: [
      ['Milan', 3],
      ['Rome', 3],
      ['Turin', 1],
    ],
  },
  {
    country: 'Poland',
    share: 0.12,
    cities: [
      ['Warsaw', 3],
      ['Gdansk', 1],
      ['Wroclaw', 1],
    ],
  },
  {
    country: 'Netherlands',
    share: 0.08,
    cities: [
      ['Amsterdam', 3],
      ['Utrecht', 1],
    ],
  },
  {
    country: 'Sweden',
    share: 0.06,
    cities: [
      ['Stockholm', 3],
      ['Malmo', 1],
    ],
  },
  {
    country: 'Portugal',
    share: 0.05,
    cities: [
      ['Lisbon', 2],
      ['Porto', 1],
    ],
  },
]

/** People who see the same ranked posts: the key of the feed cache. */
export interface Audience {
  readonly os: Os
  readonly country: string
}

export const audiences: readonly Audience[] = operatingSystems.flatMap(([os]) =>
  markets.map(({ country }) => ({ os, country })),
)

export function audienceKey({ os, country }: Audience): string {
  return `${os}/${country}`
}

/** Experiment groups with their share. */
export const experimentGroups: readonly (readonly [number, number])[] = [
  [0, 0.225],
  [1, 0.225],
  [2, 0.225],
  [3, 0.225],
  [4, 0.1],
]

/** The group whose feeds are ranked ahead of time in the background instead of on demand through the cache. */
export const prefetchGroup = 4

/** The post that stands on top of every feed, whatever its score. */
export const pinnedPost = 1

/** Ids of posts run from 1 to this. */
export const postCount = 400
