/** What the Bot API's documentation demands of messages: https://core.telegram.org/bots/api */

/** A stretch of a message in a style of its own. */
export interface MessageEntity {
  readonly type: string
  readonly text: string
  readonly url?: string
}

export interface ParsedText {
  readonly text: string
  readonly entities: readonly MessageEntity[]
}

/** A refusal, as Telegram describes it. */
export class Refused extends Error {
  readonly code: number

  constructor(description: string, code = 400) {
    super(description)
    this.code = code
  }
}

/** https://core.telegram.org/bots/api#html-style */
const tagTypes: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  a: 'text_link',
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }
const token =
  /<(?<end>\/?)(?<tag>[a-z-]+)(?: href="(?<href>[^"<>]*)")?>|&(?:(?<name>[a-z]+)|#(?<number>\d+));|(?<bad>[<>&])/gi

/** Text and entities of HTML. Stricter than Telegram, which lets a lone `&` pass. */
export function parseHtml(html: string): ParsedText {
  const entities: MessageEntity[] = []
  const open: { tag: string; at: number; href: string | undefined }[] = []
  let text = ''
  let end = 0
  for (const match of html.matchAll(token)) {
    text += html.slice(end, match.index)
    end = match.index + match[0].length
    const { tag: name, href, bad, end: slash } = match.groups ?? {}
    if (bad !== undefined) throw unparsable(`Unexpected "${bad}"`, match.index)
    if (name === undefined) text += character(match.groups ?? {}, match.index)
    else if (slash === '/') entities.push(close(open.pop(), name, text, match.index))
    else open.push(opened(name, href, text.length, match.index))
  }
  const left = open.at(-1)
  if (left !== undefined) throw unparsable(`Can't find end tag corresponding to start tag "${left.tag}"`)
  return { text: text + html.slice(end), entities }
}

function opened(name: string, href: string | undefined, at: number, offset: number) {
  const tag = name.toLowerCase()
  if (!Object.hasOwn(tagTypes, tag)) throw unparsable(`Unsupported start tag "${tag}"`, offset)
  if ((tag === 'a') !== (href !== undefined))
    throw unparsable(`Attributes of "${tag}" are not as documented`, offset)
  return { tag, at, href }
}

function close(
  start: { tag: string; at: number; href: string | undefined } | undefined,
  name: string,
  text: string,
  offset: number,
): MessageEntity {
  if (start?.tag !== name.toLowerCase()) throw unparsable(`Unmatched end tag "${name}"`, offset)
  const { tag, at, href } = start
  const entity = { type: tagTypes[tag] ?? '', text: text.slice(at) }
  if (href === undefined) return entity
  const url = parseHtml(href).text
  if (!isWebAddress(url)) throw unparsable(`entity URL '${url}' is invalid: Wrong HTTP URL`, offset)
  return { ...entity, url }
}

function character({ name, number }: Readonly<Record<string, string | undefined>>, offset: number): string {
  const known = name === undefined ? String.fromCodePoint(Number(number)) : characters[name]
  if (known === undefined) throw unparsable(`Unsupported entity "&${name};"`, offset)
  return known
}

function unparsable(what: string, offset?: number): Refused {
  const where = offset === undefined ? '' : ` at byte offset ${offset}`
  return new Refused(`Bad Request: can't parse entities: ${what}${where}`)
}

/** Telegram shows no link to a host without a dot. */
function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname.includes('.')
}

export const limits = {
  text: 4096,
  caption: 1024,
  photoBytes: 10 * 1024 * 1024,
  /** Width and height together; neither may be more than 20 times the other. */
  photoSides: 10_000,
  photoRatio: 20,
  /** https://github.com/tdlib/telegram-bot-api/issues/165 */
  entityBytes: 9_500,
} as const

/** What Telegram would drop without a word: controls, and what turns the direction of writing round. */
const dropped = /[\p{Cc}\u2028-\u202e]/u

/**
 * The text of a message or a caption as people will see it.
 * @throws Refused
 */
export function readText(written: unknown, parseMode: unknown, longest: number): ParsedText {
  if (typeof written !== 'string') throw new Refused('Bad Request: message text is empty')
  if (!written.isWellFormed()) throw new Refused('Bad Request: strings must be encoded in UTF-8')
  if (parseMode !== undefined && parseMode !== 'HTML')
    throw new Refused('Bad Request: unsupported parse_mode')
  const parsed = parseMode === 'HTML' ? parseHtml(written) : { text: written, entities: [] }
  if (parsed.text.trim() === '') throw new Refused('Bad Request: message text is empty')
  if (parsed.text.length > longest)
    throw new Refused(`Bad Request: message ${longest === limits.caption ? 'caption ' : ''}is too long`)
  if (dropped.test(parsed.text.replaceAll('\n', ''))) throw new Refused('Bad Request: text would be changed')
  const bytes = parsed.entities.reduce((sum, { url = '' }) => sum + Buffer.byteLength(url), 0)
  if (bytes > limits.entityBytes) throw new Refused('Bad Request: ENTITIES_TOO_LONG')
  return parsed
}

export interface PhotoSize {
  readonly width: number
  readonly height: number
  readonly bytes: number
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const pngEnd = Buffer.from('IEND', 'latin1')

/**
 * The size of a PNG that came whole.
 * @throws Refused
 */
export function readPhoto(png: Buffer): PhotoSize {
  if (png.length > limits.photoBytes) throw new Refused('Request Entity Too Large', 413)
  const isWhole = png.subarray(0, 8).equals(pngSignature) && png.subarray(-8, -4).equals(pngEnd)
  if (!isWhole) throw new Refused('Bad Request: IMAGE_PROCESS_FAILED')
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const isBad =
    width + height > limits.photoSides || Math.max(width / height, height / width) > limits.photoRatio
  if (isBad) throw new Refused('Bad Request: PHOTO_INVALID_DIMENSIONS')
  return { width, height, bytes: png.length }
}

/** A button as people see it. */
export interface FakeKey {
  readonly text: string
  readonly data: string
}

/**
 * The buttons below a message, https://core.telegram.org/bots/api#inlinekeyboardbutton
 * @throws Refused
 */
export function readKeyboard(markup: unknown): FakeKey[] {
  if (markup === undefined) return []
  const rows = (markup as { inline_keyboard?: unknown }).inline_keyboard
  if (!Array.isArray(rows)) throw new Refused('Bad Request: object expected as reply markup')
  return rows.flat().map((key: Readonly<Record<string, unknown>>) => {
    const { text, callback_data: data } = key
    if (typeof text !== 'string' || text === '') throw new Refused('Bad Request: text buttons are unallowed')
    const isGood = typeof data === 'string' && Buffer.byteLength(data) >= 1 && Buffer.byteLength(data) <= 64
    if (!isGood) throw new Refused('Bad Request: BUTTON_DATA_INVALID')
    return { text, data }
  })
}
