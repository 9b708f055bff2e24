import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow'
import { nothingSent, probeUndecided } from '../src/domain/remediate/remediate.ts'

/* What failures of an attempt's activities say. */

/** Whether an act certainly did not reach its target. */
export function neverLeft(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'SCHEDULE_TO_START'
  return cause instanceof ApplicationFailure && cause.type === nothingSent
}

/** What was answered to a question that stayed open. */
export function answeredIn(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  if (!(cause instanceof ApplicationFailure) || cause.type !== probeUndecided) return undefined
  const [summary] = cause.details ?? []
  return typeof summary === 'string' ? summary : undefined
}

/** In words, for people. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error
  if (cause instanceof TimeoutFailure) return `the worker did not report in time (${cause.timeoutType})`
  return cause instanceof Error ? cause.message : String(cause)
}
