import {
  apartBySlice,
  questionOf,
  type AskedQuestion,
  type Measured,
  type MetricQuestion,
} from '../src/domain/check/check.ts'
import type { MissingReason } from '../src/domain/check/first-data.ts'
import type { Configuration, SourceTable } from '../src/domain/configuration/configuration.ts'
import { cutText } from '../src/domain/page/delivery.ts'
import { errorMessage } from '../src/domain/values/error-message.ts'

/** Of the reason why something could not be measured. */
export const longestError = 500

/** Where measurements come from. */
export interface MetricSource {
  measure(question: MetricQuestion): Promise<Measured>
  /** Whether the source has any row in a stretch of time, epoch milliseconds, half-open. */
  hasRows(source: SourceTable, from: number, to: number): Promise<boolean>
  /** Whether the source has any row at all. */
  hasAnyRow(source: SourceTable): Promise<boolean>
  /** What is not there, when that is why the question was refused. */
  missing(error: unknown): MissingReason | undefined
  /** True when nobody answered, so that asking again may help; false when the question itself was refused. */
  isUnavailable(error: unknown): boolean
}

/** A question with what came back: measurements, or why there are none. */
export type Answer = AskedQuestion &
  ({ readonly measured: Measured } | { readonly error: string; readonly missing: MissingReason | undefined })

/**
 * Asks for everything at once; when that is refused, for less and less: each check, each of its metrics, each slice alone. So one wrong
 * expression, or one that throws at a row, blinds nothing but itself.
 */
export async function ask(
  asked: AskedQuestion,
  at: number,
  configuration: Configuration,
  metrics: MetricSource,
): Promise<Answer[]> {
  const { question, checks } = asked
  let refused: string
  let missing: MissingReason | undefined
  try {
    return [{ ...asked, measured: await metrics.measure(question) }]
  } catch (error) {
    if (metrics.isUnavailable(error)) throw error
    refused = cutText(errorMessage(error), longestError)
    missing = metrics.missing(error)
  }
  const askEach = async (questions: readonly AskedQuestion[]) => {
    const answers: Answer[] = []
    for (const one of questions) answers.push(...(await ask(one, at, configuration, metrics)))
    return answers
  }
  if (checks.length > 1) {
    return askEach(
      checks.map((check) => ({
        question: questionOf(question.source, [check], configuration, at),
        checks: [check],
      })),
    )
  }
  // Without its table no part of it has an answer.
  if (missing === 'missing-database' || missing === 'missing-table')
    return [{ ...asked, error: refused, missing }]
  if (question.metrics.length > 1)
    return askEach(
      question.metrics.map((metric) => ({ question: { ...question, metrics: [metric] }, checks })),
    )
  return question.slices.length === 0 || question.totalLeftOut === true
    ? [
        {
          ...asked,
          error: `metric "${question.metrics[0]?.name}"${sliceWords(question)}: ${refused}`,
          missing,
        },
      ]
    : askEach(apartBySlice(question).map((part) => ({ question: part, checks })))
}

function sliceWords({ slices: [slice] }: MetricQuestion): string {
  return slice === undefined ? '' : `, slice "${slice.name}"`
}
