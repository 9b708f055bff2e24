import { experimentGroups, markets, operatingSystems, type Os } from './audience.ts'
import { between, draw, pick } from './chance.ts'

/** Someone with an account, as the app knows them and sends along with what they do. */
export interface Person {
  readonly user_id: number
  /** 0: male, 1: female. */
  readonly gender: number
  readonly age: number
  readonly country: string
  readonly city: string
  readonly os: Os
  readonly source: 'ads' | 'organic'
  readonly exp_group: number
}

export interface Population {
  readonly size: number
  readonly of: Readonly<Record<Os, readonly Person[]>>
}

/** The same people for the same seed, with ids from 1 to `size`. */
export function createPopulation(seed: number, size = 12_000): Population {
  const people = Array.from({ length: size }, (_, index) => person(seed, index + 1))
  return {
    size,
    of: {
      iOS: people.filter(({ os }) => os === 'iOS'),
      Android: people.filter(({ os }) => os === 'Android'),
    },
  }
}

function person(seed: number, id: number): Person {
  const drawn = (property: number) => draw(seed, id, property)
  const market = pick(
    markets.map((candidate) => [candidate, candidate.share] as const),
    drawn(1),
  )
  return {
    user_id: id,
    gender: drawn(2) < 0.52 ? 1 : 0,
    // The smaller of two draws: more young people than old ones.
    age: between(14, 72, Math.min(drawn(3), drawn(4))),
    country: market.country,
    city: pick(market.cities, drawn(5)),
    os: pick(operatingSystems, drawn(6)),
    source: drawn(7) < 0.4 ? 'ads' : 'organic',
    exp_group: pick(experimentGroups, drawn(8)),
  }
}
