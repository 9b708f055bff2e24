import { outsideSteps } from './escalate.ts'
import { explainMoment, type PagingMoment, roundTitle } from './explain-moments.ts'
import { type Spared, sparedBy } from './explain-ends.ts'
import { peopleOf } from './explain-people.ts'
import { type Due, duesOf } from '../incident/outline.ts'
import type { MachineState } from '../incident/state.ts'
import type { Page } from '../page/page.ts'
import { retold, type TimelineEntry } from '../incident/timeline.ts'

/** What is kept of the paging of one incident. */
export interface PagingRecords {
  /** `null`: nothing was decided about it by this version. */
  readonly machine: MachineState | null
  readonly timeline: readonly TimelineEntry[]
  readonly pages: readonly Page[]
}

/** Who should have been paged, when, over what, what became of it, and why not. */
export interface PagingExplanation {
  /** In the order in which it happened. */
  readonly moments: readonly PagingMoment[]
  /** Whom the policy would have paged after that, and why it did not come to that. */
  readonly spared: Spared | null
  /** What happens by itself from here on, soonest first; instants are epoch milliseconds. */
  readonly next: readonly Due[]
}

/**
 * Explains the paging of one incident from its records alone: nothing is worked out anew, for whoever is on call now says nothing of then.
 * @param timeZone of whoever reads it: its sentences tell times by that clock; where it is not known, UTC
 */
export function explainPaging(
  { machine, timeline: entries, pages }: PagingRecords,
  timeZone = 'UTC',
): PagingExplanation {
  const timeline = entries.map((entry) => retold(entry, timeZone))
  const recorded = timeline.flatMap((entry) => {
    const own = pagesOf(entry, pages)
    const moment = explainMoment(entry, timeline, own, timeZone)
    return moment === undefined ? [] : [{ moment, own }]
  })
  const explained = new Set(recorded.flatMap(({ own }) => own))
  const others = pages.filter((page) => !explained.has(page))
  const messages = [...Map.groupBy(others, occasionOf).values()].map(messageOf)
  const moments = [...recorded.map(({ moment }) => moment), ...messages]
  return {
    moments: moments.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    spared: sparedBy(timeline, timeZone),
    next: machine === null ? [] : duesOf(machine, timeZone).toSorted((a, b) => a.at - b.at),
  }
}

/** The pages that an entry wanted. */
function pagesOf({ fact, at }: TimelineEntry, pages: readonly Page[]): readonly Page[] {
  switch (fact.type) {
    case 'step-entered':
      return pages.filter((page) => isOf(page, 'page', fact.round) && page.step === fact.step)
    case 'exhausted':
      return pages.filter((page) => isOf(page, 'page', fact.round) && page.step === outsideSteps)
    case 'noticed':
      return pages.filter(({ kind }) => kind === 'notice')
    case 'handed-over':
      return askedAt(pages, 'hand-over', at, fact.to)
    case 'hand-over-declined':
      return askedAt(pages, 'hand-over', at, fact.owner)
    case 'owner-asked':
      return askedAt(pages, 'worse', at, fact.owner)
    case 'grown':
      return askedAt(pages, 'grown', at, fact.owner)
    case 'owner-told-again':
      return askedAt(pages, 'again', at, fact.owner)
    case 'owner-reminded':
      return askedAt(pages, 'reminder', at, fact.owner)
    case 'group-told':
      return askedAt(pages, 'group', at, null)
    default:
      return []
  }
}

function isOf(page: Page, kind: Page['kind'], round: number): boolean {
  return page.kind === kind && page.round === round
}

/** Pages of an occasion are queued as it is decided; those over further contacts follow. `person` `null`: whoever it was. */
function askedAt(pages: readonly Page[], kind: Page['kind'], at: string, person: string | null): Page[] {
  const first = pages.find(
    (page) =>
      page.kind === kind &&
      Date.parse(page.createdAt) === Date.parse(at) &&
      (person === null || page.person === person),
  )
  return first === undefined ? [] : pages.filter((page) => isOf(page, kind, first.round))
}

function occasionOf({ kind, step, round }: Page): string {
  return `${kind}/${round}/${step}`
}

/** Messages that follow pages have no entry of their own, and a page of which none was written still counts. */
function messageOf(pages: readonly Page[]): PagingMoment {
  const at = pages.map(({ createdAt }) => createdAt).toSorted()[0] ?? ''
  const people = peopleOf({ notified: [], paged: [] }, pages)
  return { kind: 'message', at, title: titleOf(pages[0]), people, empty: [], end: null }
}

function titleOf(page: Page | undefined): string {
  if (page?.kind !== 'page') return `Told: ${page?.kind}`
  return roundTitle(page.step === outsideSteps ? 'The fallback' : `Step ${page.step}`, page.round)
}
