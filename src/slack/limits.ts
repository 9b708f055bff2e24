/**
 * Limits of Slack. Characters are taken as UTF-16 units: what they count is not said, and the larger count is the safe one.
 * https://docs.slack.dev/reference/block-kit/blocks (blocks of a message)
 * https://docs.slack.dev/reference/block-kit/blocks/section-block, .../header-block, .../actions-block
 * https://docs.slack.dev/reference/block-kit/block-elements/button-element (text, value, action_id)
 * https://docs.slack.dev/reference/methods/chat.postMessage#truncating (text)
 */
export const slackLimits = {
  blocks: 50,
  sectionLength: 3_000,
  headerLength: 150,
  buttonTextLength: 75,
  buttonValueLength: 2_000,
  actionIdLength: 255,
  textLength: 40_000,
} as const

/** `msg_blocks_too_long` comes near 13,200 characters of blocks, which is documented nowhere: https://github.com/slackapi/bolt-js/issues/2509 */
export const blocksBudget = 12_000

/**
 * About one message a second to a channel; edits have a limit of their own, which only bursts would reach.
 * https://docs.slack.dev/apis/web-api/rate-limits#posting-messages
 */
export const pace = {
  posts: { everyMs: 1_000, apartMs: 1_000 },
  edits: { everyMs: 0, apartMs: 1_000 },
} as const

/** A `response_url` may be used five times within 30 minutes: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export const responseLimits = { uses: 5, validMs: 30 * 60_000 } as const

/** Of parts without a limit of their own, chosen so that all of them together stay in a section. */
export const longestPart = {
  name: 200,
  nowDoing: 500,
  responsible: 300,
  linkTitle: 60,
  address: 1_000,
  links: 9,
} as const
