import { z } from 'zod'

/** How the configuration spells what this contact needs; the configuration hands them over. */
export interface TelegramContactFields {
  /** An address, literal or with `${env:NAME}` or `${file:PATH}` in it. */
  readonly addressReference: z.ZodType<string, string>
  /** One reference; a literal is refused. */
  readonly secretReference: z.ZodType<string, string>
}

const chatForms = 'a chat is a number, such as 123456789 or -1001234567890, or a public "@name"'
const chatPattern = /^(?:-?[1-9]\d{0,15}|@[A-Za-z]\w{3,31})$/

const chatId = z
  .union([z.string(), z.number()], {
    error: ({ input }) => (input === undefined ? undefined : `expected a chat: ${chatForms}`),
  })
  .transform((written, context) => {
    const chat = String(written).trim()
    if (chatPattern.test(chat)) return chat
    context.addIssue({ code: 'custom', message: `"${chat}" is not a chat: ${chatForms}` })
    return z.NEVER
  })

/** A person's contact `channel: telegram`: the chat that a bot writes to, the bot's token, and another address than Telegram's own. */
export function telegramContactSchema({ addressReference, secretReference }: TelegramContactFields) {
  return z.strictObject({
    channel: z.literal('telegram'),
    chatId,
    token: secretReference,
    apiUrl: addressReference.exactOptional(),
  })
}

const userForms = 'a Telegram user is a number, such as 123456789'

/** Who somebody is at Telegram: https://core.telegram.org/bots/api#user */
export const telegramUserId = z
  .union([z.string(), z.number()], {
    error: ({ input }) => (input === undefined ? undefined : `expected a number: ${userForms}`),
  })
  .transform((written, context) => {
    const user = String(written).trim()
    if (/^[1-9]\d{0,15}$/.test(user)) return user
    context.addIssue({ code: 'custom', message: `"${user}" is not a user: ${userForms}` })
    return z.NEVER
  })

/** `integrations.telegram`: without it pages have no buttons, for nobody would hear them. */
export function telegramIntegrationSchema({ addressReference, secretReference }: TelegramContactFields) {
  return z.strictObject({
    webhookSecret: secretReference,
    token: secretReference.exactOptional(),
    apiUrl: addressReference.exactOptional(),
  })
}
