/**
 * What Slack's documentation demands of messages, stricter where it leaves a choice: https://docs.slack.dev/reference/block-kit and
 * https://docs.slack.dev/reference/methods/chat.postMessage
 */
export const limits = {
  text: 40_000,
  blocks: 50,
  section: 3_000,
  header: 150,
  actions: 25,
  contextElements: 10,
  buttonText: 75,
  buttonValue: 2_000,
  actionId: 255,
  /** Documented nowhere: https://github.com/slackapi/bolt-js/issues/2509 */
  blocksTotal: 13_200,
} as const

type Fields = Readonly<Record<string, unknown>>

/** A refusal in Slack's words. */
export class SlackError extends Error {
  /** What exactly was wrong, for whoever reads a failing test. */
  readonly detail: string
  constructor(reason: string, detail = '') {
    super(reason)
    this.detail = detail
  }
}

/** A button as people see it. */
export interface FakeButton {
  readonly text: string
  readonly actionId: string
  readonly value: string
}

export interface CheckedMessage {
  readonly text: string
  /** Everything that is shown, entities undone. */
  readonly shown: string
  readonly buttons: readonly FakeButton[]
}

/**
 * A message as it will be shown.
 * @throws SlackError
 */
export function checkMessage(fields: Fields): CheckedMessage {
  const { text, blocks = [] } = fields
  if (typeof text !== 'string' || text.trim() === '') throw new SlackError('no_text')
  if (text.length > limits.text) throw new SlackError('msg_too_long')
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format')
  if (blocks.length > limits.blocks) bad(`${blocks.length} blocks`)
  const size = JSON.stringify(blocks).length
  if (size > limits.blocksTotal) throw new SlackError('msg_blocks_too_long', `${size} characters`)
  const checked = blocks.map((block) => checkBlock(asFields(block)))
  const buttons = checked.flatMap((block) => block.buttons)
  if (new Set(buttons.map((one) => one.actionId)).size !== buttons.length)
    bad('an action_id twice in one message')
  const shown = blocks.length === 0 ? readMrkdwn(text) : checked.map((block) => block.shown).join('\n')
  readMrkdwn(text)
  return { text, shown, buttons }
}

function checkBlock(block: Fields): { shown: string; buttons: readonly FakeButton[] } {
  switch (block['type']) {
    case 'header':
      return { shown: plainText(block['text'], limits.header), buttons: [] }
    case 'section':
      return { shown: mrkdwn(block['text'], limits.section), buttons: [] }
    case 'context': {
      const elements = listOf(block['elements'], limits.contextElements)
      return { shown: elements.map((one) => mrkdwn(one, limits.section)).join(' '), buttons: [] }
    }
    case 'actions': {
      const buttons = listOf(block['elements'], limits.actions).map(checkButton)
      return { shown: buttons.map(({ text }) => `[${text}]`).join(' '), buttons }
    }
    default:
      return bad(`block type ${String(block['type'])}`)
  }
}

function checkButton(button: Fields): FakeButton {
  if (button['type'] !== 'button') bad('an element that is not a button')
  if (![undefined, 'primary', 'danger'].includes(button['style'] as string | undefined))
    bad('style of a button')
  return {
    text: plainText(button['text'], limits.buttonText),
    actionId: textWithin(button['action_id'], limits.actionId),
    value: textWithin(button['value'], limits.buttonValue),
  }
}

function plainText(written: unknown, longest: number): string {
  const { type, text } = asFields(written)
  if (type !== 'plain_text') bad('text that is not plain_text')
  return textWithin(text, longest)
}

function mrkdwn(written: unknown, longest: number): string {
  const { type, text } = asFields(written)
  if (type !== 'mrkdwn') bad('text that is not mrkdwn')
  return readMrkdwn(textWithin(text, longest))
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&' }

/** Only links to the web, and only three entities: whatever else begins with `<` or `&` would call somebody or look like something else. */
function readMrkdwn(text: string): string {
  const rest = text.replaceAll(/<(https?:\/\/[^<>|\s]+)\|([^<>|]+)>/g, '$2 ($1)')
  if (/[<>]/.test(rest)) bad('an unescaped angle bracket')
  return rest.replaceAll(/&(\w*;?)/g, (_, entity: string) => {
    const character = entity.endsWith(';') ? characters[entity.slice(0, -1)] : undefined
    return character ?? bad('an unescaped ampersand')
  })
}

function textWithin(value: unknown, longest: number): string {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed())
    return bad('text that is empty or none')
  if (value.length > longest) bad(`${value.length} characters where ${longest} are allowed`)
  return value
}

function listOf(value: unknown, most: number): Fields[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > most) return bad('the number of elements')
  return value.map(asFields)
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : bad('no object')
}

function bad(detail: string): never {
  throw new SlackError('invalid_blocks', detail)
}
