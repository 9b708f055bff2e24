import type { AlertChange, GroupDecision } from './dispatch.ts'
import type { Severity } from './severity.ts'
import { firewatch, type TimelineEntry } from './timeline.ts'

/** More changes than this at once are told in one entry: a storm must not bury the timeline. */
const toldOneByOne = 5
const longestSummary = 300

const words = { fires: 'Fires', 'fires-again': 'Fires again', clears: 'Cleared' } as const

/** What the timeline says of a group of events that was applied. `before`: the severity until then; absent for an incident just opened. */
export function timelineOfGroup(
  incident: number,
  decision: GroupDecision,
  before?: Severity,
): TimelineEntry[] {
  const { changes, opens, severity } = decision
  const begun = opens ? changes.filter(({ kind }) => kind === 'fires') : []
  const others = changes.filter((change) => !begun.includes(change))
  const entries =
    others.length > toldOneByOne ? [inOne(incident, others)] : others.map((change) => alone(incident, change))
  const [first, ...more] = begun
  if (first !== undefined) {
    const summary = `Detected: ${summaryOf(first)}${more.length === 0 ? '' : `, and ${countOf(more.length)} more`}`
    entries.unshift(entry(incident, 'detected', 'detected', first, summary, { alerts: begun.length }))
  }
  const last = changes.at(-1)
  if (before !== undefined && before !== severity && last !== undefined) {
    entries.push(
      entry(
        incident,
        `severity/${last.row.id}`,
        'severity',
        last,
        `Severity raised from ${before} to ${severity} by its alerts`,
      ),
    )
  }
  return entries
}

function alone(incident: number, change: AlertChange): TimelineEntry {
  return entry(
    incident,
    `alert/${change.row.id}`,
    'alert',
    change,
    `${words[change.kind]}: ${summaryOf(change)}`,
    {
      fingerprint: change.row.fingerprint,
      labels: change.row.labels,
    },
  )
}

function inOne(incident: number, changes: readonly AlertChange[]): TimelineEntry {
  const last = changes.at(-1) ?? changes[0]
  if (last === undefined) throw new Error('no change to tell')
  const counts = Map.groupBy(changes, ({ kind }) => kind)
  const told = [...counts].map(([kind, those]) => `${words[kind]}: ${countOf(those.length)}`).join('. ')
  const named = changes.slice(0, 3).map(summaryOf).join('; ')
  return entry(incident, `alerts/${last.row.id}`, 'alert', last, `${told}. Among them: ${named}`, {
    alerts: changes.length,
  })
}

function entry(
  incident: number,
  eventKey: string,
  kind: TimelineEntry['kind'],
  { row }: AlertChange,
  summary: string,
  detail: Readonly<Record<string, unknown>> = {},
): TimelineEntry {
  return { incident, eventKey, at: row.acceptedAt, kind, actor: firewatch, summary, detail }
}

/** The alert's own summary, else its name and labels. */
function summaryOf({ row: { annotations, labels } }: AlertChange): string {
  const own = annotations['summary'] ?? annotations['description']
  if (own !== undefined && own.trim() !== '') return shortened(own.trim())
  const { alertname = 'alert', ...rest } = labels
  const others = Object.entries(rest).map(([name, value]) => `${name} = ${value}`)
  return shortened(others.length === 0 ? alertname : `${alertname} (${others.join(', ')})`)
}

function shortened(text: string): string {
  return text.length <= longestSummary ? text : `${text.slice(0, longestSummary).toWellFormed()}…`
}

function countOf(alerts: number): string {
  return alerts === 1 ? '1 alert' : `${alerts} alerts`
}
