import { z } from 'zod'

/** What a sender may bring. */
export const senderLimitSchema = z.strictObject({ alertsPerMinute: z.int().min(1).max(1_000_000_000) })
