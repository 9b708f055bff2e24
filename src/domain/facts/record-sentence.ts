import { outsideSteps } from '../escalate/escalate.ts'
import { channelWords } from '../page/channel-words.ts'
import type { PageKind } from '../page/page.ts'
import { explanationSentence, notProbedWords, statesWords } from '../remediate/explanation-words.ts'
import { decisionSentence } from '../remediate/guard-words.ts'
import type { Effect } from '../remediate/remediation.ts'
import { dayAndTimeIn } from '../values/zoned-words.ts'
import type { AttemptFact } from './attempt-fact.ts'
import type { FactOf } from './fact.ts'

/* Sentences of what automation and the outbox of pages leave behind. */

/** Pages that ask somebody to act; the others only tell. */
const calls: ReadonlySet<PageKind> = new Set(['page', 'hand-over', 'worse'])

/** Of a page to a step the step says it. */
const occasions: Readonly<Record<Exclude<PageKind, 'page'>, string>> = {
  'hand-over': 'handed over',
  worse: 'it became worse',
  notice: 'P0 notice',
  grown: 'it grew',
  again: 'it fires again',
  reminder: 'it still fires',
  group: 'news of its alerts',
  acknowledged: 'acknowledged',
  resolved: 'resolved',
}

export function pageSentence(fact: FactOf<'page-ended'>): string {
  const { person, kind, state, reason, attempts } = fact
  const channel = channelWords(fact.channel)
  const by = `${person} by ${channel}`
  const why = reason ?? 'no reason was recorded'
  switch (state) {
    case 'sent':
    case 'delivered':
      return calls.has(kind) ? `Paged ${by} (${occasionOf(fact)})` : `Told ${by}: ${occasionOf(fact)}`
    case 'failed':
      return `Could not reach ${by}: ${why}, ${triesOf(attempts)}`
    case 'unknown':
      return `Could not tell whether ${person} was reached by ${channel}: ${why}, ${triesOf(attempts)}`
    case 'cancelled':
      return `Did not ${calls.has(kind) ? 'page' : 'tell'} ${by}: ${why}`
  }
}

function occasionOf({ kind, step, contact }: FactOf<'page-ended'>): string {
  const stepName = step === outsideSteps ? 'fallback' : `step ${step}`
  const occasion = kind === 'page' ? stepName : occasions[kind]
  return contact === 0 ? occasion : `${occasion}, contact ${contact + 1}`
}

function triesOf(attempts: number): string {
  if (attempts === 0) return 'never tried'
  return attempts === 1 ? 'tried once' : `tried ${attempts} times`
}

const effectWords: Readonly<Record<Effect, string>> = {
  done: 'was carried out',
  'not-done': 'was not carried out',
  unknown: 'may or may not have been carried out',
}

function unkeptWords(reason: string | undefined): string {
  return reason === undefined ? '' : ` (the answer could not be kept: ${reason})`
}

export function attemptSentence(fact: AttemptFact, _actor: string, zone: string): string {
  if ('text' in fact) return fact.text
  const what = `${fact.action} on ${fact.target}`
  switch (fact.step) {
    case 'proposed':
      return `Firewatch proposes ${what} (rung ${fact.rung} of ${fact.of}). ${decisionSentence(fact.decision, dayAndTimeIn(zone))}`
    case 'refused':
      return `Firewatch does not try ${what} (rung ${fact.rung} of ${fact.of}). ${decisionSentence(fact.decision, dayAndTimeIn(zone))}`
    case 'acting':
      return `Firewatch carries out ${what}. Before it: ${statesWords(fact.before)}.`
    case 'acted':
    case 'probed':
      return `${what} ${effectWords[fact.effect]}: ${fact.summary}${unkeptWords(fact.unkept)}.`
    case 'not-probed':
      return `${what} ${effectWords.unknown}: ${notProbedWords(fact)}.`
    case 'finished': {
      const why = fact.explanation
      return why === null
        ? `${what}: ${fact.outcome}.`
        : `Firewatch is done with ${what}. ${explanationSentence(why, dayAndTimeIn(zone))}`
    }
  }
}

export function evidenceSentence({ stage, evidence, unanswered }: FactOf<'evidence'>): string {
  const when = stage === 'opened' ? 'during the incident' : 'after it cleared'
  if (evidence.length === 0)
    return `No evidence to collect ${when}: no runbook matches, and no check measures it`
  const records = evidence.length === 1 ? '1 record' : `${evidence.length} records`
  return `Evidence collected ${when}: ${records}${unanswered === 0 ? '' : `, ${unanswered} without an answer`}`
}

export function reviewSentence({ checks, open }: FactOf<'review-drafted'>): string {
  return open.length === 0
    ? `Post-mortem drafted: all ${checks} checks pass`
    : `Post-mortem drafted: ${open.length} of ${checks} checks ${open.length === 1 ? 'needs' : 'need'} people (${open.join(', ')})`
}
