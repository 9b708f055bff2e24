import type { Page } from './page.ts'

/** Somebody who was to hear. */
export interface ExplainedPerson {
  readonly person: string
  /** `schedule primary`, `team sre` or `by name`; `null` where that is not recorded. */
  readonly via: string | null
  /** In the order in which they were queued; a page over the next contact follows the one that failed. */
  readonly pages: readonly ExplainedPage[]
  /** A provider took one of them. */
  readonly heard: boolean
  /** Why they did not hear, as far as that is known; `null` when they did, or may yet. */
  readonly why: string | null
}

/** One page, and what became of it. */
export type ExplainedPage = Pick<
  Page,
  | 'id'
  | 'channel'
  | 'contact'
  | 'state'
  | 'attempts'
  | 'unknownTries'
  | 'providerId'
  | 'lastError'
  | 'createdAt'
  | 'sentAt'
  | 'finishedAt'
> & {
  /** How long after the step the person's own rules asked for it. */
  readonly afterMs: number
  /** The page of which it is a part, when it was bundled with others. */
  readonly leader: string | null
}

/** @param detail what the timeline entry of a step says: whom it came to, and whom of them it was to page */
export function peopleOf(
  { notified, paged }: { readonly notified?: unknown; readonly paged?: unknown },
  pages: readonly Page[],
): ExplainedPerson[] {
  const byPerson = Map.groupBy(pages, ({ person }) => person)
  const named = notifiedIn(notified)
  const others = [...byPerson.keys()].filter((person) => !named.some((one) => one.person === person))
  return [...named, ...others.map((person) => ({ person, via: null }))].map(({ person, via }) => {
    const own = (byPerson.get(person) ?? []).map(explained)
    return {
      person,
      via,
      pages: own,
      heard: own.some(wasTaken),
      why: whyNot(own, Array.isArray(paged) && paged.includes(person)),
    }
  })
}

function notifiedIn(notified: unknown): { person: string; via: string | null }[] {
  if (!Array.isArray(notified)) return []
  return notified.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return []
    const { person, via } = one as { person?: unknown; via?: unknown }
    return typeof person === 'string' ? [{ person, via: typeof via === 'string' ? via : null }] : []
  })
}

function explained(page: Page): ExplainedPage {
  const { id, channel, contact, state, attempts, unknownTries, providerId, lastError } = page
  const { createdAt, sentAt, finishedAt, leader } = page
  const afterMs = Number(/\/t(\d+)$/.exec(id)?.[1] ?? 0) * 1_000
  return {
    id,
    channel,
    contact,
    state,
    attempts,
    unknownTries,
    providerId,
    lastError,
    createdAt,
    sentAt,
    finishedAt,
    afterMs,
    leader: leader === id ? null : leader,
  }
}

function wasTaken({ state }: ExplainedPage): boolean {
  return state === 'sent' || state === 'delivered'
}

function whyNot(pages: readonly ExplainedPage[], isToBePaged: boolean): string | null {
  const last = pages.at(-1)
  if (last === undefined)
    return isToBePaged ? 'no page was due by their own rules' : 'no contact to page then'
  if (pages.some(wasTaken) || pages.some(({ finishedAt }) => finishedAt === null)) return null
  const error = last.lastError ?? 'no reason was recorded'
  switch (last.state) {
    case 'cancelled':
      return error
    case 'unknown':
      return `whether they heard is not known: ${error}`
    default:
      return `could not be reached: ${error}`
  }
}
