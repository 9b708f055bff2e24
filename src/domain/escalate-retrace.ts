import type { Alert } from './alert.ts'
import type { Deed, Trial, TrialRun } from './escalate-simulate.ts'
import type { Incident } from './incident.ts'
import { highestSeverity, isSeverity, severityOfLabel } from './severity.ts'
import type { TimelineEntry } from './timeline.ts'

type Story = {
  readonly incident: Incident
  readonly alerts: readonly Alert[]
  readonly timeline: readonly TimelineEntry[]
}

/**
 * What happened in an incident, to try another policy on: when it was to be worked on, what people did meanwhile, and how severe it was. It is
 * read from the timeline, where the words of an entry are the only record of some of it.
 * @param until where the story of an incident that is not over is cut
 */
export function retrace({ incident, alerts, timeline }: Story, until: number): Omit<Trial, 'policy'> {
  const told = timeline.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return {
    service: incident.service,
    severities: severitiesOf(incident, alerts, told),
    alertsBegan: alerts.map(({ startsAt }) => Date.parse(startsAt)),
    runs: runsOf(incident, told, until),
  }
}

/** Open, until it is clear; open again, when it fires again. */
function runsOf(incident: Incident, told: readonly TimelineEntry[], until: number): TrialRun[] {
  const end = incident.resolvedAt === null ? until : Date.parse(incident.resolvedAt)
  const turns = told
    .filter(({ kind }) => kind === 'state')
    .map((entry) => ({ at: Date.parse(entry.at), opens: entry.summary.endsWith('back to open') }))
  const deeds = told.flatMap(deedOf)
  const runs: TrialRun[] = []
  let from: number | null = pagingBegan(incident, told)
  for (const { at, opens } of [...turns, { at: end, opens: false }]) {
    if (opens) from ??= at
    else if (from !== null) {
      if (from <= at) runs.push(runOf(from, at, deeds))
      from = null
    }
  }
  return runs
}

function runOf(from: number, to: number, deeds: readonly Deed[]): TrialRun {
  const owner = deeds.findLast(({ at, kind }) => at < from && kind !== 'resolve')
  const before: Deed[] = owner?.kind === 'acknowledge' ? [{ ...owner, at: from }] : []
  return { from, to, deeds: [...before, ...deeds.filter(({ at }) => from <= at && at <= to)] }
}

/** When the first step came up, which remediation's head start may have put off. */
function pagingBegan({ detectedAt }: Incident, told: readonly TimelineEntry[]): number {
  const first = told.find(({ eventKey }) => /^(escalation|held)\/r0\/s1(\/|$)/.test(eventKey))
  return Date.parse(first?.at ?? detectedAt)
}

function deedOf({ at, kind, actor, summary, eventKey }: TimelineEntry): Deed[] {
  const deed = (what: Deed['kind']) => [{ at: Date.parse(at), kind: what, by: actor }]
  if (kind === 'acknowledged') return deed('acknowledge')
  if (kind === 'resolved') return deed('resolve')
  if (kind !== 'escalation' || !eventKey.startsWith('command/')) return []
  if (summary === `${actor} escalates at once`) return deed('escalate')
  return summary.startsWith(`${actor} acknowledged too`) ? deed('acknowledge') : []
}

function severitiesOf(
  { severity, detectedAt }: Incident,
  alerts: readonly Alert[],
  told: readonly TimelineEntry[],
): Trial['severities'] {
  const changes = told
    .filter(({ kind }) => kind === 'severity')
    .flatMap(({ at, summary }) => {
      const [, before, after = ''] = /(?:from (P\d) )?to (P\d)(?: by its alerts)?$/.exec(summary) ?? []
      return isSeverity(after) ? [{ at: Date.parse(at), before, severity: after }] : []
    })
  const [first] = changes
  const began = Date.parse(detectedAt)
  const opened = alerts.filter(({ startsAt }) => Date.parse(startsAt) <= began)
  const byAlerts = highestSeverity(opened.map(({ labels }) => severityOfLabel(labels['severity'])))
  const before = first?.before ?? ''
  const atFirst = first === undefined ? severity : isSeverity(before) ? before : (byAlerts ?? severity)
  return [{ at: began, severity: atFirst }, ...changes.map(({ at, severity: to }) => ({ at, severity: to }))]
}
