import { formatDuration } from '../../src/domain/values/duration.ts'
import type { TimelineEntry } from '../../src/domain/incident/timeline.ts'

const marks: Readonly<Record<string, string>> = {
  detected: 'seen',
  alert: 'seen',
  severity: 'decided',
  state: 'decided',
  evidence: 'found',
  remediation: 'repair',
  escalation: 'decided',
  page: 'paged',
  acknowledged: 'person',
  note: 'person',
  resolved: 'done',
  review: 'done',
  world: 'world',
  actor: 'person',
}

/** Tells the story to whoever watches the terminal: seconds since the fault, what kind of thing it was, and what it was. */
export function createNarrator(write: (line: string) => void, now: () => number) {
  const begunMs = now()
  let told = new Set<string>()
  const say = (kind: string, text: string, atMs = now()): void => {
    const since = formatDuration(Math.max(0, atMs - begunMs)).padStart(11)
    write(`${since}  ${(marks[kind] ?? kind).padEnd(8)} ${text}`)
  }
  return {
    say,
    /** Tells what has not been told yet. */
    follow(entries: readonly TimelineEntry[]): void {
      for (const entry of entries) {
        if (told.has(entry.eventKey)) continue
        told = told.add(entry.eventKey)
        say(entry.kind, entry.summary, Date.parse(entry.at))
      }
    },
  }
}

export type Narrator = ReturnType<typeof createNarrator>
