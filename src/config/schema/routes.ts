import { z } from 'zod'
import { defaultGroupBy } from '../../domain/alert/alert.ts'
import type { Route } from '../../domain/configuration/configuration.ts'
import { formatDuration } from '../../domain/values/duration.ts'
import { acknowledgeTargetMs, type Severity } from '../../domain/values/severity.ts'
import { duration, labelName, labels, text } from './fields.ts'

/** A head start as long as the target of acknowledging would make the target unreachable. */
function headStart(severity: Severity) {
  const target = acknowledgeTargetMs[severity]
  return duration()
    .refine(
      (ms) => ms < target,
      `must be shorter than ${formatDuration(target)}, by which ${severity} should be acknowledged`,
    )
    .exactOptional()
}

const required = ({ input }: { input?: unknown }) =>
  input === undefined ? 'is required: the policy of every severity without one of its own' : undefined

export const routeSchema = z.strictObject({
  match: labels.default({}),
  groupBy: z
    .array(labelName)
    .min(1)
    .default([...defaultGroupBy]),
  service: text.exactOptional(),
  policies: z.strictObject({
    default: z.string({ error: required }).trim().min(1),
    P0: text.exactOptional(),
    P1: text.exactOptional(),
    P2: text.exactOptional(),
    P3: text.exactOptional(),
  }),
  stableFor: duration().prefault('15m'),
  stillFiringAfter: duration().prefault('10m'),
  remediateFirst: z
    .strictObject({
      P0: z
        .never({ error: 'P0 never waits: people are paged at once and remediation runs beside them' })
        .exactOptional(),
      P1: headStart('P1'),
      P2: headStart('P2'),
      P3: headStart('P3'),
    })
    .default({}),
})

export function toRoute(written: z.output<typeof routeSchema>): Route {
  const { stableFor, stillFiringAfter, remediateFirst, ...rest } = written
  return {
    ...rest,
    stableForMs: stableFor,
    stillFiringAfterMs: stillFiringAfter,
    remediateFirstMs: remediateFirst,
  }
}
