import { endOf } from './explain-ends.ts'
import { type ExplainedPerson, type ExplainedWhom, peopleOf } from './explain-people.ts'
import type { Fact, FactOf } from '../facts/fact.ts'
import type { Page } from '../page/page.ts'
import { stampWords } from '../values/zoned-words.ts'
import type { TimelineEntry, TimelineKind } from '../incident/timeline.ts'

/** People who were to hear at one moment: of a step, of the fallback … */
export interface PagingOccasion {
  readonly kind:
    | 'step'
    | 'fallback'
    | 'notice'
    | 'hand-over'
    | 'worse'
    | 'grown'
    | 'again'
    | 'reminder'
    | 'group'
    | 'message'
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

const happenings: Readonly<Partial<Record<Fact['type'], PagingHappening['kind']>>> = {
  detected: 'began',
  succeeds: 'began',
  reopened: 'began',
  retried: 'began',
  repeated: 'began',
  'step-held': 'held',
  acknowledged: 'stopped',
  'took-over': 'stopped',
  snoozed: 'stopped',
  cleared: 'stopped',
  resolved: 'stopped',
  released: 'released',
  'acknowledged-too': 'command',
  confirmed: 'command',
  escalated: 'command',
  merged: 'stopped',
  unmerged: 'command',
  'split-off': 'command',
  'split-from': 'began',
  'policy-applied': 'command',
  'severity-changed': 'command',
  'severity-set': 'command',
}

/** Entries of incidents that were told in sentences, by the lists that they stood in. */
const recordedHappenings: Readonly<Partial<Record<TimelineKind, PagingHappening['kind']>>> = {
  detected: 'began',
  acknowledged: 'stopped',
  state: 'stopped',
  resolved: 'stopped',
  severity: 'command',
  escalation: 'command',
}

/**
 * What an entry of the timeline is to whoever asks about paging; `undefined`: nothing.
 * @param pages those that it wanted
 * @param timeZone of whoever reads it
 */
export function explainMoment(
  entry: TimelineEntry,
  timeline: readonly TimelineEntry[],
  pages: readonly Page[],
  timeZone: string,
): PagingMoment | undefined {
  const { fact, at, summary } = entry
  const asked = (kind: PagingOccasion['kind']) => occasion(entry, kind, summary, nobodyNamed, pages)
  switch (fact.type) {
    case 'step-entered': {
      const step = occasion(entry, 'step', roundTitle(`Step ${fact.step}`, fact.round), fact, pages)
      const after = timeline.slice(timeline.indexOf(entry) + 1)
      return { ...step, end: endOf({ ...entry, fact }, after, step.people) }
    }
    case 'exhausted':
      return {
        ...occasion(entry, 'fallback', exhaustedTitle(fact), fact, pages),
        end: againAt(fact, timeZone),
      }
    case 'noticed':
      return occasion(entry, 'notice', 'Notice of a P0', fact, pages)
    case 'handed-over':
    case 'hand-over-declined':
      return asked('hand-over')
    case 'owner-asked':
      return asked('worse')
    case 'grown':
      return asked('grown')
    case 'owner-told-again':
      return asked('again')
    case 'owner-reminded':
      return asked('reminder')
    case 'group-told':
      return asked('group')
    case 'recorded': {
      const kind = recordedHappenings[entry.kind]
      return kind === undefined ? undefined : { kind, at, text: summary }
    }
    default: {
      const kind = happenings[fact.type]
      return kind === undefined ? undefined : { kind, at, text: summary }
    }
  }
}

const nobodyNamed = { notified: [], paged: [], empty: [] }

function occasion(
  { at }: TimelineEntry,
  kind: PagingOccasion['kind'],
  title: string,
  whom: ExplainedWhom & { readonly empty: readonly string[] },
  pages: readonly Page[],
): PagingOccasion {
  return { kind, at, title, people: peopleOf(whom, pages), empty: whom.empty, end: null }
}

function exhaustedTitle({ round }: FactOf<'exhausted'>): string {
  return roundTitle('Every step is exhausted: the fallback', round)
}

function againAt({ retryAt }: FactOf<'exhausted'>, timeZone: string): string | null {
  if (retryAt === undefined) return null
  return `nobody was reached: the steps begin again at ${stampWords(Date.parse(retryAt), timeZone, 'second')}`
}

export function roundTitle(name: string, round: number): string {
  return round === 0 ? name : `${name}, round ${round + 1}`
}
