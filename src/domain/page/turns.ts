import type { SendOutcome, TryOutcome } from './page.ts'

/** Why a place may not be written to yet, and for how long. */
export interface Turn {
  readonly waitMs: number
  /** The provider asked for it; otherwise it is our own pace. */
  readonly asked: boolean
}

export interface Pace {
  /** Between two messages to one place. */
  readonly everyMs: number
  /** Between two that had to wait: they come back apart, and in the order in which they came. */
  readonly apartMs: number
}

interface Place {
  notBefore: number
  asked: boolean
  /** Pages that were told to wait, in their order, and when each is due. */
  readonly waiting: { page: string; dueAt: number }[]
}

/** A page that has not come back so long after its turn was called off, or was bundled with another. It comes last if it does come. */
const graceMs = 5_000

/**
 * Keeps the pace of each place, and what its provider asked for. It never sleeps: whoever comes too early is told when to come back, so a place
 * that must wait holds up no other. Of one process; the provider's own 429 is what binds several.
 */
export function createTurns(now: () => Date, { everyMs, apartMs }: Pace) {
  const places = new Map<string, Place>()
  return {
    /** `undefined`: go ahead. Otherwise the page keeps its place in the queue. */
    of(name: string, page: string): Turn | undefined {
      const at = now().getTime()
      const place = placeOf(places, name)
      const position = positionIn(place, page, at)
      const dueAt = place.notBefore + position * apartMs
      if (dueAt > at) {
        place.waiting[position] = { page, dueAt }
        return { waitMs: dueAt - at, asked: place.asked }
      }
      place.waiting.splice(position, 1)
      place.notBefore = at + everyMs
      place.asked = false
      return undefined
    },

    /** What came of a page whose turn it was. */
    note(name: string, page: string, outcome: TryOutcome): void {
      if (outcome.kind !== 'retry' || outcome.retryAfterMs === undefined) return
      const place = placeOf(places, name)
      place.notBefore = now().getTime() + outcome.retryAfterMs
      place.asked = true
      if (!place.waiting.some((one) => one.page === page))
        place.waiting.unshift({ page, dueAt: place.notBefore })
    },
  }
}

/**
 * What a page hears whose turn it is not yet. What the provider asked for is its answer to a try; our own pace is none.
 * @param place what is paced, such as `channel`
 */
export function outcomeOfTurn({ waitMs, asked }: Turn, provider: string, place: string): SendOutcome {
  return asked
    ? { kind: 'retry', error: `${provider} asked to wait for this ${place}`, retryAfterMs: waitMs }
    : { kind: 'wait', waitMs, reason: `other messages to this ${place} come first` }
}

function placeOf(places: Map<string, Place>, name: string): Place {
  const known = places.get(name)
  if (known !== undefined) return known
  const made = { notBefore: Number.NEGATIVE_INFINITY, asked: false, waiting: [] }
  places.set(name, made)
  return made
}

/** Where a page stands in the queue; at its end when it is new. */
function positionIn({ waiting, notBefore }: Place, page: string, at: number): number {
  const alive = waiting.filter((one) => one.page === page || Math.max(one.dueAt, notBefore) + graceMs >= at)
  waiting.splice(0, waiting.length, ...alive)
  const index = waiting.findIndex((one) => one.page === page)
  if (index >= 0) return index
  waiting.push({ page, dueAt: at })
  return waiting.length - 1
}
