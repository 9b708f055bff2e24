import { formatDuration } from './duration.ts'
import { outsideSteps } from './escalate.ts'
import { type ExplainedPerson, peopleOf } from './escalate-explain-people.ts'
import type { Page } from './page.ts'
import type { TimelineEntry } from './timeline.ts'

/** People who were to hear at one moment: of a step, of the fallback … */
export interface PagingOccasion {
  readonly kind: 'step' | 'fallback' | 'notice' | 'hand-over' | 'message'
  readonly at: string
  /** `Step 1, round 2`. */
  readonly title: string
  readonly people: readonly ExplainedPerson[]
  /** Targets that came to nobody, and why. */
  readonly empty: readonly string[]
  /** What it came to, when that is known. */
  readonly end: string | null
}

/** Something that began, held back, stopped or changed paging. */
export interface PagingHappening {
  readonly kind: 'began' | 'held' | 'stopped' | 'released' | 'command'
  readonly at: string
  readonly text: string
}

export type PagingMoment = PagingOccasion | PagingHappening

/** Who should have been paged, when, over what, what became of it, and why not. */
export interface PagingExplanation {
  /** In the order in which it happened. */
  readonly moments: readonly PagingMoment[]
  /** Whom the policy would have paged after that, and why it did not come to that. */
  readonly spared: { readonly targets: readonly string[]; readonly why: string } | null
}

/** Explains the paging of one incident from its records alone: nothing is worked out anew, for whoever is on call now says nothing of then. */
export function explainPaging(timeline: readonly TimelineEntry[], pages: readonly Page[]): PagingExplanation {
  const byOccasion = Map.groupBy(pages, occasionKey)
  const recorded = timeline.flatMap((entry) => momentOf(entry, timeline, byOccasion) ?? [])
  const known = new Set(timeline.map(({ eventKey }) => eventKey))
  const unrecorded = [...byOccasion].flatMap(([key, own]) => (known.has(key) ? [] : [messageOf(key, own)]))
  const moments = [...recorded, ...unrecorded].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return { moments, spared: sparedBy(timeline) }
}

/** The event key of the timeline entry that a page belongs to. */
function occasionKey({ kind, step, round }: Page): string {
  if (kind === 'notice') return 'notice'
  if (kind !== 'page') return `message/${kind}/${round}`
  if (kind === 'hand-over') return `handover/${round}`
  return step === outsideSteps ? `escalation/r${round}/exhausted` : `escalation/r${round}/s${step}`
}

function momentOf(
  entry: TimelineEntry,
  timeline: readonly TimelineEntry[],
  pages: ReadonlyMap<string, readonly Page[]>,
): PagingMoment | undefined {
  const kind = occasionKind(entry)
  if (kind === undefined) return happeningOf(entry)
  const own = pages.get(entry.eventKey) ?? []
  const people = peopleOf(entry.detail ?? {}, own)
  return {
    kind,
    at: entry.at,
    title: kind === 'hand-over' ? entry.summary : titleOf(entry.eventKey),
    people,
    empty: texts(entry.detail?.['empty']),
    end: kind === 'step' ? endOf(entry, timeline, people) : null,
  }
}

function occasionKind({ eventKey }: TimelineEntry): PagingOccasion['kind'] | undefined {
  if (eventKey === 'notice') return 'notice'
  if (eventKey.startsWith('handover/')) return 'hand-over'
  if (!eventKey.startsWith('escalation/')) return undefined
  return eventKey.endsWith('/exhausted') ? 'fallback' : 'step'
}

function titleOf(eventKey: string): string {
  if (eventKey === 'notice') return 'Notice of a P0'
  const [, round = '0', step] = /^escalation\/r(\d+)\/(?:s(\d+)|exhausted)$/.exec(eventKey) ?? []
  const name = step === undefined ? 'Every step is exhausted: the fallback' : `Step ${step}`
  return round === '0' ? name : `${name}, round ${Number(round) + 1}`
}

function happeningOf({ eventKey, kind, at, summary, detail }: TimelineEntry): PagingHappening | undefined {
  if (kind === 'detected') return { kind: 'began', at, text: summary }
  if (eventKey.startsWith('held/')) return { kind: 'held', at, text: summary }
  if (eventKey.startsWith('released/')) return { kind: 'released', at, text: summary }
  if (kind === 'acknowledged') {
    const until = detail?.['until']
    const holds = typeof until === 'string' ? `, until ${until}` : ''
    return { kind: 'stopped', at, text: `${summary}${holds}` }
  }
  if (kind === 'resolved' || kind === 'state') return { kind: 'stopped', at, text: summary }
  const changes = kind === 'severity' || (kind === 'escalation' && eventKey.startsWith('command/'))
  return changes ? { kind: 'command', at, text: summary } : undefined
}

/** Messages that follow pages have no entry of their own, and a page whose entry was lost in a crash still counts. */
function messageOf(key: string, pages: readonly Page[]): PagingOccasion {
  const at = pages.map(({ createdAt }) => createdAt).toSorted()[0] ?? ''
  const [, kind] = /^message\/(\w+)\//.exec(key) ?? []
  const title = kind === undefined ? `${titleOf(key)}, of which no entry was written` : `Told: ${kind}`
  return { kind: 'message', at, title, people: peopleOf({}, pages), empty: [], end: null }
}

/** What ends the wait of a step: whatever of it comes first. */
function endsStep({ eventKey, kind }: TimelineEntry): boolean {
  return kind === 'acknowledged' || kind === 'resolved' || kind === 'state' || isStep(eventKey)
}

function isStep(eventKey: string): boolean {
  return eventKey.startsWith('escalation/') || eventKey.startsWith('held/')
}

function endOf(
  step: TimelineEntry,
  timeline: readonly TimelineEntry[],
  people: readonly ExplainedPerson[],
): string | null {
  const reached = people.some(({ heard }) => heard)
  if (step.detail?.['ackTimeoutMs'] === 0) return 'nobody to page: passed at once'
  const after = timeline.slice(timeline.indexOf(step) + 1)
  const next = after.find(endsStep)
  const waitMs = step.detail?.['ackTimeoutMs']
  if (next === undefined) return null
  const lasted = Date.parse(next.at) - Date.parse(step.at)
  if (!isStep(next.eventKey)) return `after ${formatDuration(lasted)}: ${next.summary}`
  const urged = after
    .slice(0, after.indexOf(next))
    .findLast(({ eventKey }) => eventKey.startsWith('command/'))
  if (urged !== undefined) return `after ${formatDuration(lasted)}: ${urged.summary}`
  if (typeof waitMs === 'number' && lasted + 1_000 >= waitMs)
    return `nobody acknowledged within ${formatDuration(waitMs)}`
  return reached
    ? `left after ${formatDuration(lasted)}, before its time was over`
    : 'nobody was reached: passed without waiting'
}

function sparedBy(timeline: readonly TimelineEntry[]): PagingExplanation['spared'] {
  const index = timeline.findLastIndex(({ eventKey }) => /^escalation\/r\d+\/s\d+$/.test(eventKey))
  const targets = texts(timeline[index]?.detail?.['following'])
  const stop = timeline
    .slice(index + 1)
    .find((entry) => endsStep(entry) && !entry.eventKey.startsWith('held/'))
  if (index < 0 || targets.length === 0 || stop === undefined || isStep(stop.eventKey)) return null
  return { targets, why: `${stop.summary}, at ${stop.at}` }
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : []
}
