import { z } from 'zod'
import type { Metric, Slice, SourceTable } from '../../domain/configuration/configuration.ts'
import { columnName, tableName, text, webAddress } from './fields.ts'
import { sqlExpression } from './sql.ts'

export const sourceSchema = z.strictObject({
  table: tableName,
  timeColumn: columnName.default('time'),
})

export function toSource(sourceName: string, written: z.output<typeof sourceSchema>): SourceTable {
  return { name: sourceName, ...written }
}

const everyMetric = {
  title: text.exactOptional(),
  unit: text.max(20, 'must be at most 20 characters').exactOptional(),
  source: text,
  chartUrl: webAddress.exactOptional(),
  responsible: z.array(text).default([]),
}

const expression = { sql: sqlExpression }

export const metricSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('count'), ...everyMetric, ...expression }),
  z.strictObject({ kind: z.literal('unique'), ...everyMetric, ...expression }),
  z.strictObject({
    kind: z.literal('ratio'),
    ...everyMetric,
    numerator: sqlExpression,
    denominator: sqlExpression,
  }),
  z.strictObject({ kind: z.literal('gauge'), ...everyMetric, ...expression }),
])

export function toMetric(metricName: string, written: z.output<typeof metricSchema>): Metric {
  return { name: metricName, title: metricName, ...written }
}

export const sliceSchema = z.strictObject({
  sql: sqlExpression,
  groups: z.array(text).min(1),
  responsible: z.array(text).default([]),
})

export function toSlice(sliceName: string, written: z.output<typeof sliceSchema>): Slice {
  return { name: sliceName, ...written }
}
