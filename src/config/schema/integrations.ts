import { z } from 'zod'
import { emailIntegrationSchema } from '../../email/contact-schema.ts'
import { slackIntegrationSchema } from '../../slack/contact-schema.ts'
import { telegramIntegrationSchema } from '../../telegram/contact-schema.ts'
import { addressReference, secretReference } from './secret-fields.ts'

const fields = { addressReference, secretReference }

/** What channels share, each part from its edge. */
export const integrationsSchema = z.strictObject({
  slack: slackIntegrationSchema(fields).exactOptional(),
  email: emailIntegrationSchema(fields).exactOptional(),
  telegram: telegramIntegrationSchema(fields).exactOptional(),
})
