import { formatDuration } from '../duration.ts'
import { holdSentence } from '../escalate-hold.ts'
import { byName, type Notified } from '../escalate-targets.ts'
import { incidentName } from '../evidence.ts'
import type { AlertChangeKind, Fact, FactOf, ToldAlert } from './fact.ts'
import { attemptSentence, evidenceSentence, pageSentence, reviewSentence } from './record-sentence.ts'

/** Writes one fact for people. `actor` is a user's name, or `firewatch`. */
type Writer<Type extends Fact['type']> = (fact: FactOf<Type>, actor: string) => string

const changeWords = { fires: 'Fires', 'fires-again': 'Fires again', clears: 'Cleared' } as const

/** One row per fact: a fact without a sentence does not compile. */
const writers: { readonly [Type in Fact['type']]: Writer<Type> } = {
  detected: ({ first, alerts }) =>
    `Detected: ${first.summary}${alerts === 1 ? '' : `, and ${count(alerts - 1, 'more alert')}`}`,
  'alert-changed': ({ change, alert }) => `${changeWords[change]}: ${alert.summary}`,
  'alerts-changed': ({ changes, among }) =>
    `${changes.map(countOf).join('. ')}. Among them: ${listed(among)}`,
  'severity-changed': ({ from, to }) =>
    `Severity ${to < from ? 'raised' : 'lowered'} from ${from} to ${to} by its alerts`,
  'severity-set': ({ from, to }, actor) => `${actor} set the severity from ${from} to ${to}`,
  cleared: ({ stableForMs }) => `Every alert is clear; watching for ${formatDuration(stableForMs)}`,
  reopened: () => 'It fires again: back to open',
  resolved: resolvedSentence,
  succeeds: ({ incident, firing }) =>
    `Opened because ${count(firing, 'alert')} of ${incidentName(incident)} still ${firing === 1 ? 'fires' : 'fire'} after it was resolved by hand`,
  'succeeded-by': ({ incident, firing }) =>
    `${count(firing, 'alert')} still ${firing === 1 ? 'fires' : 'fire'}: ${incidentName(incident)} was opened`,
  'step-entered': stepSentence,
  'step-held': ({ step, cause }) => `Step ${step} waits: ${holdSentence(cause)}`,
  exhausted: exhaustedSentence,
  noticed: (fact) => `P0: notice to ${fact.paged.length === 0 ? 'nobody' : whoAndWhy(fact)}${missing(fact)}`,
  retried: () => 'Nobody was reached by any page: the steps begin again',
  escalated: (_fact, actor) => `${actor} escalated to the next step`,
  'policy-applied': ({ policy, keep }, actor) =>
    `${actor} applied policy ${policy} as configured now, ${keep ? 'where it stands' : 'from its first step'}`,
  'page-ended': pageSentence,
  acknowledged: ({ awaiting }, actor) =>
    awaiting.length === 0
      ? `${actor} acknowledged; escalation stops`
      : `${actor} acknowledged; still to acknowledge: ${awaiting.join(', ')}`,
  'acknowledged-too': ({ awaiting }, actor) =>
    `${actor} acknowledged too; ${awaiting.length === 0 ? 'everybody has' : `still to acknowledge: ${awaiting.join(', ')}`}`,
  confirmed: (_fact, actor) => `${actor} still has it`,
  'took-over': ({ from }, actor) =>
    from === null ? `${actor} took it` : `${actor} took it over from ${from}`,
  snoozed: ({ forMs }, actor) => `${actor} snoozed it for ${formatDuration(forMs)}`,
  released: releasedSentence,
  'handed-over': ({ to }, actor) =>
    `${actor} hands over to ${to}: paged ${to}, who owns it once they acknowledge`,
  'hand-over-declined': ({ to, owner }) =>
    `${to} did not take it: ${owner === null ? 'escalation goes on' : `${owner} still has it`}`,
  'owner-asked': ({ owner, from, to }) =>
    `Severity rose from ${from} to ${to} after ${owner} acknowledged: paged ${owner} again`,
  grown: ({ owner, from, to }) =>
    `Grew from ${from} to ${count(to, 'alert')} since ${owner} acknowledged: told ${owner}`,
  note: ({ text }) => text,
  identified: ({ text }) => text,
  'not-actionable': ({ text }) => `Not actionable: ${text}`,
  'automation-stopped': ({ reason }, actor) => `${actor} stopped automation: ${reason}`,
  'automation-resumed': ({ reason }, actor) => `${actor} let automation work again: ${reason}`,
  attempt: attemptSentence,
  evidence: evidenceSentence,
  'review-drafted': reviewSentence,
  'review-failed': ({ reason }) => `The post-mortem could not be drafted: ${reason}`,
  replayed: () => 'Replayed from recorded measurements: nobody was paged, and nothing was repaired',
  recorded: ({ text }) => text,
}

/** The sentence of a fact, for people's eyes only: nothing reads meaning back from it. */
export function sentenceOf(fact: Fact, actor: string): string {
  const write = writers[fact.type] as (fact: Fact, actor: string) => string
  return write(fact, actor)
}

function resolvedSentence(
  { why, stableForMs = 0, firing = 0, successorAt }: FactOf<'resolved'>,
  actor: string,
): string {
  if (why === 'stayed-clear') return `Resolved: every alert stayed clear for ${formatDuration(stableForMs)}`
  if (firing === 0) return `${actor} resolved the incident`
  const until =
    successorAt === undefined ? '' : `; whatever still fires at ${successorAt} opens a new incident`
  return `${actor} resolved the incident while ${count(firing, 'alert')} fired${until}`
}

function stepSentence(fact: FactOf<'step-entered'>): string {
  const { step, round, paged } = fact
  const name = round === 0 ? `Step ${step}` : `Step ${step}, round ${round + 1}`
  const doing = paged.length === 0 ? 'skipped, nobody to page' : `paging ${whoAndWhy(fact)}`
  return `${name}: ${doing}${missing(fact)}`
}

function exhaustedSentence(fact: FactOf<'exhausted'>): string {
  const { policy, paged, retryAt } = fact
  const fallback =
    paged.length === 0 ? 'there is no fallback to page' : `paging the fallback ${whoAndWhy(fact)}`
  const again = retryAt === undefined ? '' : `; nobody was reached, so the steps begin again at ${retryAt}`
  return `Policy ${policy} is exhausted, nobody acknowledged: ${fallback}${missing(fact)}${again}`
}

function releasedSentence({ owner, why, firing }: FactOf<'released'>, actor: string): string {
  const again = firing ? ' and it still fires: escalating again' : ' while nothing fires'
  switch (why) {
    case 'ran-out':
      return `The acknowledgement of ${owner} ran out${again}`
    case 'became-worse':
      return `${owner} did not answer after it became worse: escalating again`
    case 'escalated':
      return `Nobody owns it any more: ${actor} escalated it`
  }
}

/** `ana (schedule primary), ben` */
function whoAndWhy({ notified, paged }: { notified: readonly Notified[]; paged: readonly string[] }): string {
  return notified
    .filter(({ person }) => paged.includes(person))
    .map(({ person, via }) => (via === byName || via === person ? person : `${person} (${via})`))
    .join(', ')
}

interface Whom {
  readonly notified: readonly Notified[]
  readonly paged: readonly string[]
  readonly empty: readonly string[]
}

function missing({ notified, paged, empty }: Whom): string {
  const without = notified.map(({ person }) => person).filter((person) => !paged.includes(person))
  const contacts = without.length === 0 ? [] : [`no contact for ${without.join(', ')}`]
  return [...empty, ...contacts].map((text) => `; ${text}`).join('')
}

function countOf({ change, alerts }: { change: AlertChangeKind; alerts: number }): string {
  return `${changeWords[change]}: ${count(alerts, 'alert')}`
}

function listed(among: readonly ToldAlert[]): string {
  return among.map(({ summary }) => summary).join('; ')
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
