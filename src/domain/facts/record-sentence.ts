import { outsideSteps } from '../escalate.ts'
import type { PageKind } from '../page.ts'
import type { FactOf } from './fact.ts'

/* Sentences of what automation and the outbox of pages leave behind. */

const channelTitles: Readonly<Record<string, string>> = {
  email: 'e-mail',
  pagerduty: 'PagerDuty',
  slack: 'Slack',
  telegram: 'Telegram',
  webhook: 'webhook',
}

/** Pages that wake somebody; the others only tell. */
const calls: ReadonlySet<PageKind> = new Set(['page', 'hand-over', 'worse'])

export function pageSentence(fact: FactOf<'page-ended'>): string {
  const { person, kind, state, reason, attempts } = fact
  const channel = channelTitles[fact.channel] ?? fact.channel
  const by = `${person} by ${channel}`
  const why = reason ?? 'no reason was recorded'
  switch (state) {
    case 'sent':
    case 'delivered':
      return calls.has(kind) ? `Paged ${by} (${occasionOf(fact)})` : `Told ${by}: ${kind}`
    case 'failed':
      return `Could not reach ${by}: ${why}, ${triesOf(attempts)}`
    case 'unknown':
      return `Could not tell whether ${person} was reached by ${channel}: ${why}, ${triesOf(attempts)}`
    case 'cancelled':
      return `Did not ${calls.has(kind) ? 'page' : 'tell'} ${by}: ${why}`
  }
}

function occasionOf({ kind, step, contact }: FactOf<'page-ended'>): string {
  const occasion =
    kind === 'page' ? (step === outsideSteps ? 'fallback' : `step ${step}`) : callOccasions[kind]
  return contact === 0 ? String(occasion) : `${occasion}, contact ${contact + 1}`
}

const callOccasions: Readonly<Partial<Record<PageKind, string>>> = {
  'hand-over': 'handed over',
  worse: 'it became worse',
}

function triesOf(attempts: number): string {
  if (attempts === 0) return 'never tried'
  return attempts === 1 ? 'tried once' : `tried ${attempts} times`
}

export function attemptSentence({ text }: FactOf<'attempt'>): string {
  return text
}

export function evidenceSentence({ stage, evidence, unanswered }: FactOf<'evidence'>): string {
  const when = stage === 'opened' ? 'while it lasts' : 'after it was clear'
  if (evidence.length === 0)
    return `No evidence to collect ${when}: no runbook matches, and no check measures it`
  const but = unanswered === 0 ? '' : `; questions without an answer: ${unanswered}`
  return `Evidence collected ${when}: ${evidence.length} records${but}`
}

export function reviewSentence({ checks, open }: FactOf<'review-drafted'>): string {
  const rest =
    open.length === 0 ? 'every check holds' : `checks that need people: ${open.join(', ')} of ${checks}`
  return `Post-mortem drafted; ${rest}`
}
