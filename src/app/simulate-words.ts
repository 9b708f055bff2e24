import { formatDuration } from '../domain/duration.ts'
import { outsideSteps } from '../domain/escalate.ts'
import type { Trial, TrialEntry } from '../domain/escalate-simulate.ts'
import { incidentName } from '../domain/evidence.ts'
import type { Incident } from '../domain/incident.ts'
import { datedWords, instantText } from '../domain/instant-text.ts'
import type { Page } from '../domain/page.ts'
import type { IncidentRecords } from '../web/dependencies.ts'
import { table } from './terminal.ts'

/** What a trial of a policy came to, beside what really happened when it was tried on an incident. */
export interface Simulation {
  readonly trial: Trial
  readonly entries: readonly TrialEntry[]
  readonly really: readonly Happening[]
  readonly timeZone: string
  readonly incident: Incident | undefined
}

export interface Happening {
  readonly at: number
  readonly text: string
}

/** Pages that were sent or tried, and what people did, in the order of time. */
export function reallyHappened({
  pages,
  timeline,
}: Pick<IncidentRecords, 'pages' | 'timeline'>): Happening[] {
  const kinds = ['acknowledged', 'resolved', 'state', 'escalation', 'severity']
  const told = timeline
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ at, summary }) => ({ at: Date.parse(at), text: summary }))
  const calls = pages.filter(({ kind }) => kind === 'page' || kind === 'notice')
  return [
    ...told,
    ...calls.map((page) => ({ at: Date.parse(page.sentAt ?? page.createdAt), text: pageText(page) })),
  ].toSorted((a, b) => a.at - b.at)
}

function pageText({ kind, person, channel, contact, step, state }: Page): string {
  const occasion = kind === 'notice' ? 'notice' : step === outsideSteps ? 'fallback' : `step ${step}`
  return `${kind} ${person} by ${channel} (contact ${contact + 1}), ${occasion}: ${state}`
}

export function simulatedValue({ trial, entries, really, timeZone, incident }: Simulation) {
  const at = (instant: number) => instantText(instant, timeZone)
  return {
    policy: trial.policy.name,
    incident: incident === undefined ? null : incidentName(incident.number),
    runs: trial.runs.map(({ from, to }) => ({ from: at(from), to: at(to) })),
    severities: trial.severities.map((one) => ({ ...one, at: at(one.at) })),
    simulated: entries.map((one) => ({ ...one, at: at(one.at) })),
    ...(incident === undefined ? {} : { really: really.map((one) => ({ ...one, at: at(one.at) })) }),
  }
}

export function simulationText({ trial, entries, really, timeZone, incident }: Simulation): string {
  const start = trial.runs[0]?.from
  const row = (at: number, text: string) => [
    datedWords(at, timeZone),
    start === undefined ? '' : sinceText(at - start),
    text,
  ]
  const severity = trial.severities.map((one) => one.severity).join(' -> ')
  const what = incident === undefined ? 'an alert' : `${incidentName(incident.number)} ${incident.title}`
  const simulated = entries.map((entry) => row(entry.at, entryText(entry)))
  const head = ['when', 'after', 'what']
  return [
    `${what}, ${severity}, under policy ${trial.policy.name}; nobody is paged by this`,
    '',
    simulated.length === 0 ? 'nobody would be paged: it was never to be worked on' : table(head, simulated),
    ...(incident === undefined
      ? []
      : [
          '',
          'what really happened (people are taken to have done the same at the same time)',
          table(
            head,
            really.map(({ at, text }) => row(at, text)),
          ),
        ]),
  ].join('\n')
}

function sinceText(ms: number): string {
  return ms < 0 ? formatDuration(ms) : `+${formatDuration(ms)}`
}

function entryText(entry: TrialEntry): string {
  switch (entry.kind) {
    case 'step':
      return `step ${entry.step}${roundText(entry.round)}: ${entry.people.join(', ')}`
    case 'skipped':
      return `step ${entry.step}${roundText(entry.round)}: passed at once, ${entry.empty.join('; ') || 'nobody to page'}`
    case 'held':
      return `step ${entry.step} waits: ${entry.reason}`
    case 'page':
      return `page ${entry.person} by ${entry.channel ?? 'nothing'} (contact ${entry.contact + 1}), ${entry.step === 'fallback' ? 'fallback' : `step ${entry.step}`}`
    case 'notice':
      return `notice to ${entry.person} by ${entry.channel ?? 'nothing'}`
    case 'exhausted':
      return 'the policy is exhausted'
    case 'acknowledged':
      return `${entry.by} acknowledges`
    case 'released':
      return entry.why
    case 'resolved':
      return 'resolved'
    case 'refused':
      return `refused: ${entry.why}`
  }
}

function roundText(round: number): string {
  return round === 0 ? '' : `, round ${round + 1}`
}
