import { z } from 'zod'
import { pagerdutyContactSchema } from '../../pagerduty/contact-schema.ts'
import { emailContactSchema } from '../../email/contact-schema.ts'
import { slackContactSchema } from '../../slack/contact-schema.ts'
import { telegramContactSchema } from '../../telegram/contact-schema.ts'
import { webhookContactSchema } from '../../webhook/contact-schema.ts'
import { addressReference, secretReference } from './secret-fields.ts'

const fields = { addressReference, secretReference }

/** One row per channel, each from its edge. */
export const contactSchema = z.discriminatedUnion('channel', [
  webhookContactSchema(fields),
  pagerdutyContactSchema(fields),
  telegramContactSchema(fields),
  slackContactSchema(),
  emailContactSchema(),
])
