import type { NoteCommand } from './messages.ts'
import type { NewTimelineEntry, TimelineEntry } from './timeline.ts'

/** A person's word that an incident asked nothing of anybody: a false alarm, to be told apart from those that were none. */
export interface NotActionable {
  readonly by: string
  readonly reason: string
  /** ISO 8601 in UTC. */
  readonly at: string
}

/** The key makes the first word stand: an incident is marked once. */
const eventKey = 'not-actionable'

/** The mark as the timeline keeps it; `text` is the reason. */
export function notActionableEntry({ incident, actor, at, text }: NoteCommand): NewTimelineEntry {
  return { incident, eventKey, at, actor, fact: { type: 'not-actionable', text } }
}

/** The mark, if a person set one. */
export function notActionableIn(timeline: readonly TimelineEntry[]): NotActionable | undefined {
  const [mark] = timeline.flatMap(({ actor: by, at, fact }) =>
    fact.type === 'not-actionable' ? [{ by, reason: fact.text, at }] : [],
  )
  return mark
}
