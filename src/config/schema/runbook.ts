import { z } from 'zod'
import type { CauseTest, RemediationRung, Runbook } from '../../domain/investigate/runbook.ts'
import { duration, labelMatch, labels, name, text } from './fields.ts'
import { sqlQuery } from './sql.ts'

const secondMs = 1_000

/** Two good samples of three: one may be luck, and one may be late. */
export const defaultVerify = { good: 2, of: 3 } as const

const rungSchema = z.strictObject({
  action: text,
  target: text,
  timeout: duration({ leastMs: secondMs }).prefault('30s'),
  verify: z
    .strictObject({
      good: z.int().min(1).max(100).default(defaultVerify.good),
      of: z.int().min(1).max(100).default(defaultVerify.of),
      within: duration({ leastMs: secondMs }).prefault('5m'),
    })
    .prefault({}),
})

const testSchema = z.union([
  z.strictObject({
    evidence: text,
    where: labels.exactOptional(),
    column: text,
    op: z.enum(['<', '<=', '>', '>=', '==']),
    value: z.number(),
  }),
  z.strictObject({ remediation: text, outcome: z.enum(['helped', 'no-effect', 'harmed']) }),
]) satisfies z.ZodType<CauseTest>

const causeSchema = z.strictObject({
  id: name,
  problem: z.enum(['occurred', 'detected-late', 'mitigated-slowly', 'impact-spread']),
  parent: text.exactOptional(),
  edge: z.enum(['caused', 'enabled', 'amplified', 'delayed', 'undetected-because']).default('caused'),
  claim: text,
  test: testSchema.exactOptional(),
})

/** The front matter of a runbook. */
export const runbookSchema = z.strictObject({
  title: text,
  match: labelMatch.refine(
    (match) => Object.keys(match).length > 0,
    'needs at least one label, such as alertname: [feed-activity]',
  ),
  evidence: z.array(z.strictObject({ name, title: text, sql: sqlQuery })).default([]),
  remediation: z.array(rungSchema).default([]),
  causes: z.array(causeSchema).default([]),
  actions: z
    .array(
      z.strictObject({
        type: z.enum(['prevent', 'detect', 'mitigate', 'process']),
        cause: text,
        title: text,
        doneWhen: text,
        owner: text.exactOptional(),
        priority: z.enum(['guard', 'rest']).default('rest'),
      }),
    )
    .default([]),
})

export interface RunbookText {
  readonly name: string
  readonly path: string
  readonly guidance: string
}

export function toRunbook(
  { name: runbookName, path, guidance }: RunbookText,
  written: z.output<typeof runbookSchema>,
): Runbook {
  const { remediation, ...rest } = written
  return { name: runbookName, ...rest, remediation: remediation.map(toRung), guidance, path }
}

function toRung({ action, target, timeout, verify }: z.output<typeof rungSchema>): RemediationRung {
  return {
    action,
    target,
    timeoutMs: timeout,
    verify: { good: verify.good, of: verify.of, withinMs: verify.within },
  }
}
