import { type AlertLinks, alertLinks, type TypedLink } from '../domain/alert/alert-links.ts'
import type { Alert } from '../domain/alert/alert.ts'
import { nextSentence } from '../domain/incident/next.ts'
import { retold } from '../domain/incident/timeline.ts'
import { explanationSentence } from '../domain/remediate/explanation-words.ts'
import { decisionSentence } from '../domain/remediate/guard-words.ts'
import type { RemediationAttempt } from '../domain/remediate/remediation.ts'
import type { InstantWords } from '../domain/values/utc-words.ts'
import { dayAndTimeIn, type ReaderClock } from '../domain/values/zoned-words.ts'
import type { IncidentRecords } from './dependencies.ts'
import type { IncidentOutlook } from './outlook.ts'

/** An attempt as the API gives it: its decision and explanation in sentences, and typed beside them. */
export interface AttemptView extends Omit<RemediationAttempt, 'decision' | 'explanation'> {
  readonly decision: string
  /** Empty where there is none. */
  readonly explanation: string
  readonly facts: Pick<RemediationAttempt, 'decision' | 'explanation'>
}

/** An alert and where it leads: its annotations stay as they came. */
export interface AlertView extends Alert {
  readonly links: AlertLinks['links']
  readonly refusedLinks: AlertLinks['refused']
}

/** Everything that is known of one incident, as the API gives it. */
export interface IncidentView extends Omit<IncidentRecords, 'attempts' | 'alerts'> {
  /** By whose clock its sentences tell times. Instants are ISO 8601 in UTC whatever it is. */
  readonly timeZone: string
  readonly alerts: readonly AlertView[]
  readonly attempts: readonly AttemptView[]
  /** Where to look beside our own runbook: other runbooks first. */
  readonly links: readonly TypedLink[]
  /** What happens by itself next; `null`: only people and alerts change anything. */
  readonly next: { readonly at: string; readonly text: string } | null
}

/** @param records as they are stored */
export function incidentView(
  { attempts, alerts, timeline, ...records }: IncidentRecords,
  { links, next, channelsOf }: IncidentOutlook,
  clock: ReaderClock,
): IncidentView {
  return {
    ...records,
    timeZone: clock.timeZone,
    alerts: alerts.map(alertView),
    timeline: timeline.map((entry) => retold(entry, clock.timeZone)),
    attempts: attempts.map((attempt) => attemptView(attempt, dayAndTimeIn(clock.timeZone))),
    links,
    next:
      next === null
        ? null
        : { at: new Date(next.at).toISOString(), text: nextSentence(next, clock, channelsOf) },
  }
}

function alertView(alert: Alert): AlertView {
  const { links, refused } = alertLinks(alert)
  return { ...alert, links, refusedLinks: refused }
}

function attemptView(
  { decision, explanation, ...attempt }: RemediationAttempt,
  clock: InstantWords,
): AttemptView {
  return {
    ...attempt,
    decision: decisionSentence(decision, clock),
    explanation: explanation === null ? '' : explanationSentence(explanation, clock),
    facts: { decision, explanation },
  }
}
