import { type Os, operatingSystems } from './audience.ts'
import { between, draw } from './chance.ts'
import type { Person, Population } from './population.ts'
import { arrivals, type Rhythm } from './rhythm.ts'

/** Someone opens the feed. What comes of it depends on what the feed shows: see `read`. */
export interface Visit {
  readonly person: Person
  /** Within the second in which it begins, 0 to 999. */
  readonly offsetMs: number
  /** Posts this person has patience for today. */
  readonly patience: number
  /** Share of viewed posts that this person likes. */
  readonly taste: number
  readonly whim: number
}

/** Someone writes to others. */
export interface Conversation {
  readonly person: Person
  readonly offsetMs: number
  readonly receivers: readonly number[]
}

export interface Action {
  readonly post_id: number
  readonly action: 'view' | 'like'
}

/** Whoever lives here, and how busy they are. */
export interface Town {
  readonly population: Population
  readonly rhythm: Rhythm
}

/** The visits that begin in a second (since 1970): always the same for the same town. */
export function visitsIn({ population, rhythm }: Town, second: number): Visit[] {
  return beginning(population, rhythm, 'visit', second, (person, drawn) => ({
    person,
    offsetMs: between(0, 999, drawn(2)),
    patience: between(3, 7, drawn(3)),
    taste: 0.18 + 0.16 * draw(rhythm.seed, person.user_id, 9),
    whim: drawn(4),
  }))
}

/** The conversations that begin in a second: always the same for the same town. */
export function conversationsIn({ population, rhythm }: Town, second: number): Conversation[] {
  return beginning(population, rhythm, 'conversation', second, (person, drawn) => ({
    person,
    offsetMs: between(0, 999, drawn(2)),
    // One to three, mostly two.
    receivers: Array.from({ length: 1 + between(0, 1, drawn(3)) + between(0, 1, drawn(4)) }, (_, nth) =>
      acquaintance(rhythm.seed, population, person, drawn(10 + nth)),
    ),
  }))
}

/**
 * What a visitor does with the posts they are shown: views from the top as far as patience goes, and likes their share of those.
 * A share, not a throw of dice per post, for the same reason as in `arrivals`.
 */
export function read(visit: Visit, shown: readonly number[]): Action[] {
  const viewed = shown.slice(0, visit.patience)
  const likes = Math.min(viewed.length, Math.floor(viewed.length * visit.taste + visit.whim))
  const first = Math.floor(visit.whim * viewed.length)
  return viewed.flatMap((post_id, index): Action[] => {
    const liked = (index - first + viewed.length) % viewed.length < likes
    return liked
      ? [
          { post_id, action: 'view' },
          { post_id, action: 'like' },
        ]
      : [{ post_id, action: 'view' }]
  })
}

type Drawn = (property: number) => number

function beginning<T>(
  population: Population,
  rhythm: Rhythm,
  occasion: 'visit' | 'conversation',
  second: number,
  make: (person: Person, drawn: Drawn) => T,
): T[] {
  return operatingSystems.flatMap(([os], osIndex) => {
    const people = population.of[os]
    return Array.from({ length: arrivals(rhythm, occasion, os, second) }, (_, nth) => {
      const key = [rhythm.seed, second, osIndex * 2 + (occasion === 'visit' ? 0 : 1), nth] as const
      const drawn = (property: number) => draw(...key, property)
      return make(someone(people, os, drawn(1)), drawn)
    })
  })
}

function someone(people: readonly Person[], os: Os, drawn: number): Person {
  const person = people[Math.floor(drawn * people.length)]
  if (!person) throw new Error(`nobody uses ${os} in a population this small; take a larger one`)
  return person
}

/** Everyone knows 12 people. */
function acquaintance(seed: number, population: Population, person: Person, drawn: number): number {
  return 1 + Math.floor(draw(seed, person.user_id, 100 + Math.floor(drawn * 12)) * population.size)
}
