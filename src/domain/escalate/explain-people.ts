import type { Notified } from './targets.ts'
import type { Page } from '../page/page.ts'

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

/** Whom an occasion came to, and whom of them it was to page. */
export interface ExplainedWhom {
  readonly notified: readonly Notified[]
  readonly paged: readonly string[]
}

/** Those who were to hear, and those who were paged although it is not recorded that they were to. */
export function peopleOf({ notified, paged }: ExplainedWhom, pages: readonly Page[]): ExplainedPerson[] {
  const byPerson = Map.groupBy(pages, ({ person }) => person)
  const others = [...byPerson.keys()].filter((person) => !notified.some((one) => one.person === person))
  return [...notified, ...others.map((person) => ({ person, via: null }))].map(({ person, via }) => {
    const own = (byPerson.get(person) ?? []).map(explained)
    return { person, via, pages: own, heard: own.some(wasTaken), why: whyNot(own, paged.includes(person)) }
  })
}

function explained(page: Page): ExplainedPage {
  const { id, channel, contact, state, attempts, unknownTries, providerId, lastError } = page
  const { createdAt, sentAt, finishedAt, leader } = page
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
    afterMs: page.ruleAfterMs,
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
