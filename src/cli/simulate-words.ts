import { formatDuration } from '../domain/values/duration.ts'
import { outsideSteps } from '../domain/escalate/escalate.ts'
import { holdSentence } from '../domain/escalate/hold.ts'
import type { Trial } from '../domain/escalate/simulate.ts'
import { sentenceOf } from '../domain/facts/sentence.ts'
import type { SimulatedEntry } from '../domain/incident/simulate-entries.ts'
import { incidentName } from '../domain/investigate/evidence.ts'
import type { Incident } from '../domain/incident/incident.ts'
import { datedWords, instantText } from '../domain/values/instant-text.ts'
import type { Page } from '../domain/page/page.ts'
import type { IncidentRecords } from '../web/dependencies.ts'
import { table } from './terminal.ts'

/** What a trial of a policy came to, beside what really happened when it was tried on an incident. */
export interface Simulation {
  readonly trial: Trial
  readonly entries: readonly SimulatedEntry[]
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
    simulated: entries.map((one) => ({ ...one, at: at(one.at), text: entryText(one, timeZone) })),
    ...(incident === undefined ? {} : { really: really.map((one) => ({ ...one, at: at(one.at) })) }),
  }
}

export function simulationText({ trial, entries, really, timeZone, incident }: Simulation): string {
  const opened = trial.events.find(({ type }) => type === 'opened')
  const row = (at: number, text: string) => [
    datedWords(at, timeZone),
    opened === undefined ? '' : sinceText(at - opened.at),
    text,
  ]
  const severity = opened?.type === 'opened' ? opened.severity : ''
  const what = incident === undefined ? 'an alert' : `${incidentName(incident.number)} ${incident.title}`
  const simulated = entries.map((entry) => row(entry.at, entryText(entry, timeZone)))
  const head = ['when', 'after', 'what']
  return [
    `${what}, ${severity}, under policy ${trial.policy.name}; nobody is paged by this`,
    '',
    simulated.length === 0 ? 'nobody would be paged' : table(head, simulated),
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

function entryText(entry: SimulatedEntry, timeZone: string): string {
  switch (entry.kind) {
    case 'step':
      return `step ${entry.step}${roundText(entry.round)}: ${entry.people.join(', ')}`
    case 'skipped':
      return `step ${entry.step}${roundText(entry.round)}: skipped, ${entry.empty.join('; ') || 'nobody to page'}`
    case 'held':
      return `step ${entry.step} waits: ${holdSentence(entry.cause)}`
    case 'page':
      return `page ${messageText(entry)}, ${entry.step === 'fallback' ? 'fallback' : `step ${entry.step}`}`
    case 'notice':
      return `notice to ${messageText(entry)}`
    case 'message':
      return `${aboutWords[entry.about]} ${messageText(entry)}`
    case 'undelivered':
      return `could not reach ${messageText(entry)}: ${entry.reason ?? entry.state}`
    case 'exhausted':
      return `the policy is exhausted${againText(entry.retryAt, timeZone)}`
    case 'retried':
      return 'nobody was reached: the steps begin again'
    case 'refused':
      return `refused: ${entry.why}`
    default:
      return sentenceOf(entry.fact, entry.by)
  }
}

const aboutWords = {
  'hand-over': 'hand-over to',
  worse: 'it became worse: page',
  grown: 'it grew: tell',
  again: 'it fires again: tell',
  reminder: 'it still fires: remind',
  group: 'news of its alerts: tell',
} as const

function messageText(message: {
  readonly person: string
  readonly channel: string
  readonly contact: number
}): string {
  return `${message.person} by ${message.channel} (contact ${message.contact + 1})`
}

function againText(retryAt: string | null, timeZone: string): string {
  if (retryAt === null) return ''
  return `; nobody was reached, so the steps begin again at ${datedWords(Date.parse(retryAt), timeZone)}, and so on`
}

function roundText(round: number): string {
  return round === 0 ? '' : `, round ${round + 1}`
}
