import { z } from 'zod'
import {
  severities,
  severityWord,
  type SeverityWords,
  usualSeverityWords,
} from '../../domain/values/severity.ts'

/** What words of other systems mean. `none` pages nobody. */
export const severityWordsSchema = z
  .record(
    z.string().trim().min(1),
    z.enum([...severities, 'none'], { error: `must be one of ${severities.join(', ')} or none` }),
  )
  .default({})

export function toSeverityWords(written: z.output<typeof severityWordsSchema>): SeverityWords {
  const own = Object.entries(written).map(([word, severity]) => [severityWord(word), severity])
  return { ...usualSeverityWords, ...Object.fromEntries(own) }
}
