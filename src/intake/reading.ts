import type { z } from 'zod'
import type { AcceptedAlert } from '../domain/alert/alert.ts'
import type { ChangeEvent } from '../domain/alert/change-event.ts'

/** Who sends, and what reading a request needs from outside. */
export interface SenderContext {
  /** Source of the sender's alerts: see `integrationSource`. */
  readonly source: string
  /** What the sender's alerts are about where they name no service. */
  readonly service?: string
  readonly now: Date
  /** A new unguessable id, for events that have no name of their own. */
  readonly newId: () => string
}

/** What a request says. One alert at fault is told of in `problems`, with its path; the sound ones beside it count. */
export interface IntakeReading {
  readonly alerts: readonly AcceptedAlert[]
  /** What was changed: deployments and the like, kept as evidence. They wake nobody. */
  readonly changes: readonly ChangeEvent[]
  readonly problems: readonly string[]
}

/** A body that is not understood at all; `problems` name each bad path. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'
  readonly statusCode = 400
  readonly problems: readonly string[]
  constructor(what: string, problems: readonly string[]) {
    super(`${what}: ${problems[0] ?? ''}`)
    this.problems = firstProblems(problems)
  }
}

const problemsTold = 20

/** As many as somebody reads. */
export function firstProblems(problems: readonly string[]): readonly string[] {
  const more = problems.length - problemsTold
  return more > 0 ? [...problems.slice(0, problemsTold), `and ${more} more`] : problems
}

/** `alerts[3].labels.alertname` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('')
}

/** What a schema found wrong, each with its path. */
export function problemsOf({ issues }: z.ZodError, within: readonly PropertyKey[] = []): string[] {
  return issues.map(({ path, message }) => {
    const where = pathText([...within, ...path])
    return where === '' ? message : `${where}: ${message}`
  })
}
