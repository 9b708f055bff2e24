import { z } from 'zod'
import { labelName, matcher } from './fields.ts'

/** Without matchers on both sides one alert would silence all others. */
export const inhibitionRuleSchema = z.strictObject({
  source: z.array(matcher).min(1),
  target: z.array(matcher).min(1),
  equal: z.array(labelName).default([]),
})
