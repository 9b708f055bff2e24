/**
 * Limits of the Bot API. Characters are counted "after entities parsing"; whether as UTF-16 units or as whole characters is not said, so the larger
 * count is held to.
 * https://core.telegram.org/bots/api#sendmessage (text), https://core.telegram.org/bots/api#sendphoto (caption, size)
 */
export const telegramLimits = {
  textLength: 4096,
  captionLength: 1024,
  photoBytes: 10 * 1024 * 1024,
  /** https://core.telegram.org/bots/api#answercallbackquery */
  callbackAnswerLength: 200,
} as const

/**
 * Of parts without a documented limit, chosen so that all of them together leave room for the lines of what fires. Addresses count too: Telegram
 * refuses messages whose entities come to about 9,500 bytes (https://github.com/tdlib/telegram-bot-api/issues/165).
 */
export const longestPart = {
  title: 500,
  name: 200,
  nowDoing: 500,
  responsible: 300,
  linkTitle: 60,
  address: 1_000,
  /** Of all links together: those that stand written out, and those behind their titles. */
  writtenLinks: 1_200,
  linkedAddresses: 6_000,
  links: 9,
} as const

/**
 * Bursts to one chat are taken, so only what Telegram asked to wait for waits; what waited comes back a second apart, in its order.
 * https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
 */
export const pace = { everyMs: 0, apartMs: 1_000 } as const
