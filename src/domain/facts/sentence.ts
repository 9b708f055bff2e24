import type { NoticeReason } from '../alert/group-notice.ts'
import { formatDuration } from '../values/duration.ts'
import { stampWords } from '../values/zoned-words.ts'
import { holdSentence } from '../escalate/hold.ts'
import { byName, type Notified } from '../escalate/targets.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { AlertChangeKind, Fact, FactOf, ToldAlert } from './fact.ts'
import { attemptSentence, evidenceSentence, pageSentence, reviewSentence } from './record-sentence.ts'

/** Writes one fact for people. `actor` is a user's name, or `firewatch`; times are on the clock of `zone`. */
type Writer<Type extends Fact['type']> = (fact: FactOf<Type>, actor: string, zone: string) => string

const changeWords = { fires: 'Firing', 'fires-again': 'Firing again', clears: 'Cleared' } as const

/** One row per fact: a fact without a sentence does not compile. */
const writers: { readonly [Type in Fact['type']]: Writer<Type> } = {
  detected: ({ first, alerts }) =>
    `Detected: ${first.summary}${alerts === 1 ? '' : `, and ${count(alerts - 1, 'more alert')}`}`,
  'alert-changed': ({ change, alert }) => `${changeWords[change]}: ${alert.summary}`,
  'alerts-changed': ({ changes, among }) =>
    `${changes.map(countOf).join('. ')}. Among them: ${listed(among)}`,
  'severity-changed': ({ from, to }) =>
    `Severity ${to < from ? 'raised' : 'lowered'} from ${from} to ${to} by its alerts`,
  'severity-unknown': ({ word, taken }) =>
    `"${word}" is not a severity that Firewatch knows: treated as ${taken}. Say what it means under "severities" in firewatch.yaml`,
  'severity-set': ({ from, to }, actor) =>
    from === to ? `${actor} fixed the severity at ${to}` : `${actor} set the severity from ${from} to ${to}`,
  cleared: ({ stableForMs }) => `Every alert is clear; watching for ${formatDuration(stableForMs)}`,
  reopened: () => 'Firing again: back to open',
  merged: ({ into, reason }, actor) => `${actor} made it part of ${incidentName(into)}: ${reason}`,
  unmerged: ({ from, reason }, actor) => `${actor} took it apart from ${incidentName(from)}: ${reason}`,
  'split-off': ({ into, alerts, reason }, actor) =>
    `${actor} made ${count(alerts, 'alert')} an incident of ${alerts === 1 ? 'its' : 'their'} own, ${incidentName(into)}: ${reason}`,
  'split-from': ({ incident, alerts, reason }, actor) =>
    `${actor} took ${count(alerts, 'alert')} out of ${incidentName(incident)}: ${reason}`,
  'flapping-began': ({ times, withinMs }) =>
    `It flaps: fired ${times} times within ${formatDuration(withinMs)}. From here on it must stay clear for as long, and nobody is paged for each time`,
  'flapping-ended': () => 'It does not flap any more',
  resolved: resolvedSentence,
  succeeds: ({ incident, firing }) =>
    `Opened because ${count(firing, 'alert')} of ${incidentName(incident)} still ${firing === 1 ? 'fires' : 'fire'} after it was resolved by hand`,
  'succeeded-by': ({ incident, firing }) =>
    `${count(firing, 'alert')} still ${firing === 1 ? 'fires' : 'fire'}, now in ${incidentName(incident)}`,
  joined: ({ incident, firing }) =>
    `Joined by ${count(firing, 'alert')} of ${incidentName(incident)} that still ${firing === 1 ? 'fires' : 'fire'} after it was resolved by hand`,
  'step-entered': stepSentence,
  'step-held': ({ step, cause }, _actor, zone) => `Step ${step} waits: ${holdSentence(cause, zone)}`,
  exhausted: exhaustedSentence,
  noticed: (fact) =>
    `P0: ${fact.paged.length === 0 ? 'nobody to notify' : `notifying ${whoAndWhy(fact)}`}${missing(fact)}`,
  retried: () => 'No page reached anybody: starting again from the first step',
  repeated: ({ afterMs }) =>
    `It still fires after ${formatDuration(afterMs)}, and nobody has it: starting again from the first step`,
  'group-told': groupToldSentence,
  escalated: (_fact, actor) => `${actor} escalated to the next step`,
  'policy-applied': ({ policy, keep }, actor) =>
    `${actor} applied policy ${policy} as configured now, ${keep ? 'going on where it stands' : 'starting from its first step'}`,
  'page-ended': pageSentence,
  acknowledged: ({ awaiting, until }, actor, zone) =>
    awaiting.length === 0
      ? `${actor} acknowledged; escalation stops${again(until, zone)}`
      : `${actor} acknowledged; still to acknowledge: ${awaiting.join(', ')}${again(until, zone)}`,
  'acknowledged-too': ({ awaiting }, actor) =>
    `${actor} acknowledged too; ${awaiting.length === 0 ? 'everybody has' : `still to acknowledge: ${awaiting.join(', ')}`}`,
  confirmed: (_fact, actor) => `${actor} still has it`,
  'took-over': ({ from, until }, actor, zone) =>
    `${actor} took it${from === null ? '' : ` over from ${from}`}${again(until, zone)}`,
  snoozed: ({ forMs, until }, actor, zone) =>
    `${actor} snoozed it for ${formatDuration(forMs)}${again(until, zone)}`,
  released: releasedSentence,
  'handed-over': ({ to }, actor) =>
    `${actor} hands over to ${to}. Paging ${to}, who owns it once they acknowledge`,
  'hand-over-declined': ({ to, owner }) =>
    `${to} did not take over: ${owner === null ? 'escalation continues' : `${owner} still has it`}`,
  'owner-asked': ({ owner, from, to }) =>
    `Severity rose from ${from} to ${to} after ${owner} acknowledged: paged ${owner} again`,
  'owner-told-again': ({ owner, firing }) =>
    `${count(firing, 'alert')} ${firing === 1 ? 'fires' : 'fire'} again: told ${owner}, who owns it`,
  'owner-reminded': ({ owner, firing }) =>
    `${count(firing, 'alert')} still ${firing === 1 ? 'fires' : 'fire'}: reminded ${owner}, who owns it`,
  grown: ({ owner, from, to }) =>
    `Grew from ${from} to ${count(to, 'alert')} since ${owner} acknowledged: told ${owner}`,
  note: ({ text }) => text,
  identified: ({ text }) => text,
  'not-actionable': ({ text }) => `Not actionable: ${text}`,
  'cause-settled': ({ claim, verdict, reason }, actor) =>
    `${actor} ${verdict} the cause “${claim}”: ${reason}`,
  'review-edited': ({ sections, version }, actor) =>
    `${actor} edited the review: ${sections.join(', ')} (version ${version})`,
  'review-redrafted': ({ sections, version }) =>
    `The review was drafted again: ${sections.join(', ')} (version ${version})`,
  'review-published': ({ version }, actor) => `${actor} published the review (version ${version})`,
  'automation-stopped': ({ reason }, actor) => `${actor} stopped automation: ${reason}`,
  'automation-resumed': ({ reason }, actor) => `${actor} let automation work again: ${reason}`,
  attempt: attemptSentence,
  evidence: evidenceSentence,
  'review-drafted': reviewSentence,
  'task-failed': ({ task, reason }) => `${failedTask[task]}: ${reason}`,
  replayed: () => 'Replayed from recorded measurements: nobody was paged, and nothing was repaired',
  recorded: ({ text }) => text,
}

/**
 * The sentence of a fact, for people's eyes only: nothing reads meaning back from it.
 * @param timeZone of whoever reads it; where that is not known, UTC
 */
export function sentenceOf(fact: Fact, actor: string, timeZone = 'UTC'): string {
  // Stored facts outlive versions: one that a newer version wrote is told of, not choked on.
  if (!Object.hasOwn(writers, fact.type)) return `Something that this version has no words for: ${fact.type}`
  const write = writers[fact.type] as (fact: Fact, actor: string, zone: string) => string
  return write(fact, actor, timeZone)
}

const failedTask: Record<FactOf<'task-failed'>['task'], string> = {
  investigate: 'Gave up collecting evidence after several tries',
  remediate: 'Gave up on remediation after several tries',
  review: 'Gave up drafting the post-mortem after several tries',
}

/** What follows an ownership that runs out. */
function again(until: string | null, zone: string): string {
  return until === null ? '' : `; escalates again at ${stamp(until, zone)} unless resolved`
}

/** `2026-03-01 04:00 UTC` */
function stamp(at: string, zone: string): string {
  return stampWords(Date.parse(at), zone)
}

function resolvedSentence(
  { why, stableForMs = 0, firing = 0, successorAt }: FactOf<'resolved'>,
  actor: string,
  zone: string,
): string {
  if (why === 'stayed-clear') return `Resolved: every alert stayed clear for ${formatDuration(stableForMs)}`
  if (firing === 0) return `${actor} resolved the incident`
  const until =
    successorAt === undefined
      ? ''
      : `; whatever still fires at ${stamp(successorAt, zone)} opens a new incident`
  return `${actor} resolved the incident while ${count(firing, 'alert')} ${firing === 1 ? 'was' : 'were'} firing${until}`
}

function stepSentence(fact: FactOf<'step-entered'>): string {
  const { step, round, paged } = fact
  const name = round === 0 ? `Step ${step}` : `Step ${step}, round ${round + 1}`
  const doing = paged.length === 0 ? 'skipped, nobody to page' : `paging ${whoAndWhy(fact)}`
  return `${name}: ${doing}${missing(fact)}`
}

function exhaustedSentence(fact: FactOf<'exhausted'>, _actor: string, zone: string): string {
  const { policy, paged, retryAt } = fact
  const fallback =
    paged.length === 0 ? 'there is no fallback to page' : `paging the fallback ${whoAndWhy(fact)}`
  const retry =
    retryAt === undefined ? '' : `; nobody was reached, so the steps start again at ${stamp(retryAt, zone)}`
  return `Policy ${policy} is exhausted, nobody acknowledged: ${fallback}${missing(fact)}${retry}`
}

function groupToldSentence({
  reason,
  rooms,
  firing,
  newlyFiring,
  newlyResolved,
}: FactOf<'group-told'>): string {
  const fires = `${count(firing, 'alert')} ${firing === 1 ? 'fires' : 'fire'}`
  const news: Readonly<Record<NoticeReason, string>> = {
    first: fires,
    'new-alerts': `${newlyFiring} more, so ${fires} now`,
    'some-resolved': `${newlyResolved} cleared, ${fires} still`,
    'all-resolved': 'everything is clear',
    repeat: `${fires} still`,
  }
  return `Told ${rooms.join(', ')}: ${news[reason]}`
}

function releasedSentence({ owner, why, firing }: FactOf<'released'>, actor: string): string {
  const rest = firing ? ' and it still fires: escalating again' : ' while nothing fires'
  switch (why) {
    case 'ran-out':
      return `The acknowledgement of ${owner} ran out${rest}`
    case 'became-worse':
      return `${owner} did not answer after it became worse: escalating again`
    case 'escalated':
      return `${actor} escalated it: ${owner} does not own it any more`
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
