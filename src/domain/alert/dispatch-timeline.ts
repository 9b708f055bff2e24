import { cutText } from '../page/delivery.ts'
import type { AlertChange, GroupDecision } from './dispatch.ts'
import { prominenceOf } from './alert-title.ts'
import { severityOfUnknown } from '../values/severity.ts'
import type { Fact, ToldAlert } from '../facts/fact.ts'
import { firewatch, type NewTimelineEntry } from '../incident/timeline.ts'

/** More changes than this at once are told in one entry: a storm must not bury the timeline. */
const toldOneByOne = 5
const toldAmong = 3
const longestSummary = 300
const longestWord = 60

/** An entry of the incident that the group is of. */
type DispatchEntry = Omit<NewTimelineEntry, 'incident'>

/** What the timeline says of a group of events that was applied. */
export function timelineOfGroup({
  changes,
  opens,
  unknownSeverities,
}: Pick<GroupDecision, 'changes' | 'opens' | 'unknownSeverities'>): DispatchEntry[] {
  const begun = opens ? changes.filter(({ kind }) => kind === 'fires') : []
  const others = changes.filter((change) => !begun.includes(change))
  const entries = [
    ...(others.length > toldOneByOne ? [inOne(others)] : others.map(alone)),
    ...unknownSeverities.slice(0, toldAmong).flatMap((word) => unknownSeverity(word, changes)),
  ]
  const [first] = begun.toSorted((a, b) => prominenceOf(b.row) - prominenceOf(a.row))
  if (first === undefined) return entries
  const fact = { type: 'detected', first: toldOf(first), alerts: begun.length } as const
  return [entry('detected', first, fact), ...entries]
}

/** Told once an incident, whoever says the word how often. */
function unknownSeverity(word: string, [change]: readonly AlertChange[]): DispatchEntry[] {
  if (change === undefined) return []
  const fact = {
    type: 'severity-unknown',
    word: cutText(word, longestWord),
    taken: severityOfUnknown,
  } as const
  return [entry(`severity/${fact.word}`, change, fact)]
}

function alone(change: AlertChange): DispatchEntry {
  const fact = { type: 'alert-changed', change: change.kind, alert: toldOf(change) } as const
  return entry(`alert/${change.row.id}`, change, fact)
}

function inOne(changes: readonly AlertChange[]): DispatchEntry {
  const last = changes.at(-1)
  if (last === undefined) throw new Error('no change to tell')
  const counts = [...Map.groupBy(changes, ({ kind }) => kind)].map(([change, those]) => ({
    change,
    alerts: those.length,
  }))
  const among = changes.slice(0, toldAmong).map(toldOf)
  return entry(`alerts/${last.row.id}`, last, { type: 'alerts-changed', changes: counts, among })
}

function entry(eventKey: string, { row }: AlertChange, fact: Fact): DispatchEntry {
  return { eventKey, at: row.acceptedAt, actor: firewatch, fact }
}

/** The alert's own summary, else its name and labels. */
function toldOf({ row: { annotations, labels, fingerprint } }: AlertChange): ToldAlert {
  const own = (annotations['summary'] ?? annotations['description'] ?? '').trim()
  if (own !== '') return { fingerprint, labels, summary: cutText(own, longestSummary) }
  const { alertname = 'alert', ...rest } = labels
  const others = Object.entries(rest).map(([name, value]) => `${name} = ${value}`)
  const summary = cutText(
    others.length === 0 ? alertname : `${alertname} (${others.join(', ')})`,
    longestSummary,
  )
  return { fingerprint, labels, summary }
}
