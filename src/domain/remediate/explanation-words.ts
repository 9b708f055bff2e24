import type { Baseline } from '../check/baseline.ts'
import { baselineWords, seriesWords } from '../check/verdict-words.ts'
import { formatDuration } from '../values/duration.ts'
import type { InstantWords } from '../values/utc-words.ts'
import { formatNumber } from '../values/numbers.ts'
import type {
  Explanation,
  ExplanationOf,
  FirstOf,
  JudgedExplanation,
  SeriesChange,
  SeriesState,
} from './explanation.ts'
import { decisionSentence } from './guard-words.ts'

/** One row per kind: an explanation without words does not compile. */
const writers: {
  readonly [Kind in Explanation['kind']]: (explanation: ExplanationOf<Kind>, clock?: InstantWords) => string
} = {
  judged: judgedWords,
  refused: ({ decision }, clock) => decisionSentence(decision, clock),
  'guards-unread': ({ reason }) => `Refused: the guards could not be read (${reason}).`,
  'target-locked': ({ target }) =>
    `Refused (target-lock): ${target} is still being repaired for another incident.`,
  cleared: ({ before }) =>
    before === 'act'
      ? 'The symptom had cleared before the act, so nothing was done.'
      : 'The alerts cleared before it began.',
  'people-took-over': () => 'People took over before it began.',
  'not-carried-out': ({ summary }) => `It was not carried out: ${summary}.`,
  'effect-unknown': ({ summary, probed }) =>
    effectUnknownWords(summary, probed && `asked afterwards: ${probed}`),
  'not-probed': ({ summary, ...attempt }) => effectUnknownWords(summary, notProbedWords(attempt)),
  'not-measured': ({ withinMs, last }, clock) => {
    const known = last === null ? '' : ` ${explanationSentence(last, clock)}`
    return `It was carried out, but what it did could not be measured within ${formatDuration(withinMs)}.${known}`
  },
  'measurements-unread': ({ reason }) => `The measurements could not be read (${reason}).`,
  cancelled: ({ before }) =>
    `It was cancelled by hand before it ${before === 'act' ? 'acted' : 'was verified'}.`,
  'broke-off': ({ reason }) => `The attempt broke off (${reason}); nobody knows what it did.`,
  superseded: ({ by }) => `It broke off without a result; ${by} has taken over the target.`,
  recorded: ({ text }) => text,
}

/**
 * Why an attempt ended as it did, in sentences. For people's eyes only: nothing reads meaning back from it.
 * @param clock of whoever reads it; where that is not known, UTC
 */
export function explanationSentence(explanation: Explanation, clock?: InstantWords): string {
  // Stored explanations outlive versions: one that a newer version wrote is told of, not choked on.
  if (!Object.hasOwn(writers, explanation.kind))
    return `Something that this version has no words for: ${explanation.kind}.`
  const write = writers[explanation.kind] as (explanation: Explanation, clock?: InstantWords) => string
  return write(explanation, clock)
}

function effectUnknownWords(summary: string, probed: string | undefined): string {
  const known = probed === undefined ? summary : `${summary}; ${probed}`
  return `Whether it was carried out could not be found out, so it is not tried again: ${known}.`
}

/** Why nothing can tell whether an act took place, and what to do then. */
export function notProbedWords({
  action,
  target,
}: Pick<ExplanationOf<'not-probed'>, 'action' | 'target'>): string {
  return `${action} on ${target} has no probeUrl and is not declared idempotent, so it is not sent again; look at ${target} yourself`
}

function judgedWords({ outcome, good, bad, of, changes }: JudgedExplanation): string {
  const known = good + bad
  const change = changesWords(changes)
  return `${opening()}.${change === '' ? '' : ` ${change}.`}`

  function opening(): string {
    switch (outcome) {
      case 'helped':
        return `It helped: ${good} of ${known} samples after it are good`
      case 'no-effect':
        return `It had no effect: ${bad} of ${known} samples after it still fire`
      case 'harmed':
        return `It got worse: ${bad} of ${known} samples after it still fire`
      case 'waiting':
        return `${known} of ${of} samples after it are known, ${good} of them good`
    }
  }
}

/** `Likes on iOS 3.1, a day before 8.9`, for the first series. */
export function statesWords(states: FirstOf<SeriesState>): string {
  return told(states, (state) => `${titleOf(state)} ${valueText(state.value)}${baselineText(state.against)}`)
}

/** `Likes on iOS 3.1 → 8.7, a day before 8.9`, for the first series; empty while nothing was measured after the act. */
function changesWords(changes: FirstOf<SeriesChange>): string {
  return told(
    changes,
    (change) =>
      `${titleOf(change)} ${valueText(change.before)} → ${valueText(change.value)}${baselineText(change.against)}`,
  )
}

function told<Series>({ series, more }: FirstOf<Series>, words: (one: Series) => string): string {
  return series.map(words).join('; ') + (more === 0 ? '' : `; and ${more} more series`)
}

function titleOf(series: SeriesState): string {
  return seriesWords(series.title, series)
}

function valueText(value: number | null): string {
  return value === null ? 'unknown' : formatNumber(value)
}

function baselineText(baseline: Baseline | null): string {
  const value = baseline?.value ?? null
  return baseline === null || value === null ? '' : `, ${baselineWords(baseline)} ${formatNumber(value)}`
}
