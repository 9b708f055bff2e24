import { cutText, oneLine } from '../domain/page/delivery.ts'
import { isOfNoIncident, type PageLink, type PageMessage } from '../domain/page/page.ts'
import { headlineOf, linesToSay, openWords } from '../domain/page/message.ts'
import { longestPart, telegramLimits } from './limits.ts'

/** `html` for `parse_mode: HTML`; `plain` goes without one, for when Telegram does not take the markup. */
export type TextForm = 'html' | 'plain'

export interface TelegramText {
  readonly form: TextForm
  readonly text: string
  /** As Telegram counts it: without tags, and with entities as the characters that they stand for. */
  readonly length: number
}

/** A piece of text in one style. Text is cut before it becomes markup, so no tag, entity or character is ever cut in two. */
interface Piece {
  readonly text: string
  readonly bold?: true
  readonly url?: string
}

type Line = readonly Piece[]

/** The message of a page, never longer than Telegram takes: what fires gives way, the links stay. */
export function telegramText(message: PageMessage, form: TextForm): TelegramText {
  const head = headOf(message)
  const foot = footOf(message, form)
  const lines = linesToSay(message)
    .map(clean)
    .filter((line) => line !== '')
  const room = telegramLimits.textLength - lengthOf(head) - lengthOf(foot) - 2 * breakLength
  const shown = fitting(lines, room)
  const body = shown.length === 0 ? [] : [empty, ...shown.map((text) => [{ text }])]
  const all = [...head, ...body, ...foot]
  return { form, text: all.map((line) => renderLine(line, form)).join('\n'), length: lengthOf(all) }
}

const empty: Line = []
const breakLength = 1
const bullet = '• '
const tooMany = '… more: see the incident'

function headOf(message: PageMessage): Line[] {
  const service = part(message.service, longestPart.name)
  const started = isOfNoIncident(message.kind) ? '' : part(`since ${message.since}`, longestPart.name)
  const repeat: Line[] = message.possibleRepeat
    ? [[{ text: 'Possible repeat: an earlier try of this message may have reached you.' }], empty]
    : []
  const subject: Line = [{ text: part(headlineOf(message), longestPart.title), bold: true }]
  const where: Line = [{ text: [service, started].filter((text) => text !== '').join(', ') }]
  return [...repeat, subject, where]
}

function footOf(message: PageMessage, form: TextForm): Line[] {
  const facts = [
    ['Now', part(message.nowDoing, longestPart.nowDoing)],
    ['Next', part(message.next, longestPart.nowDoing)],
    ['Responsible', part(message.responsible.join(', '), longestPart.responsible)],
  ] as const
  const told = facts.flatMap(([name, text]): Line[] => (text === '' ? [] : [[{ text: `${name}: ${text}` }]]))
  const links = linkLines(message, form)
  return [...(told.length === 0 ? [] : [empty, ...told]), ...(links.length === 0 ? [] : [empty, ...links])]
}

/** Links stand in one row; an address that Telegram does not make a link of stands written out, as all do in plain text. */
function linkLines(message: PageMessage, form: TextForm): Line[] {
  const { kind, incidentUrl, chartUrl, links } = message
  const offered: readonly PageLink[] = [
    { title: openWords(message), url: incidentUrl },
    ...(kind === 'page' && chartUrl !== undefined ? [{ title: 'Chart', url: chartUrl }] : []),
    ...(kind === 'page' ? links : []),
  ]
  const row: Piece[] = []
  const written: Line[] = []
  const room: Record<'written' | 'linked', number> = {
    written: longestPart.writtenLinks,
    linked: longestPart.linkedAddresses,
  }
  for (const { title, url } of offered.slice(0, longestPart.links)) {
    const address = webAddress(url)
    if (address === undefined) continue
    const text = part(title, longestPart.linkTitle) || address.host
    const way = form === 'plain' || !isLinkable(address) ? 'written' : 'linked'
    const taken = address.href.length + text.length
    // Those that come first count most; one that is too long for what is left gives way to shorter ones.
    if (taken > room[way]) continue
    room[way] -= taken
    if (way === 'written') written.push([{ text: `${text}: ${address.href}` }])
    else row.push(...(row.length === 0 ? [] : [{ text: ' · ' }]), { text, url: address.href })
  }
  return [...(row.length === 0 ? [] : [row]), ...written]
}

/** Only what a browser opens, of a length that leaves room for the rest. */
function webAddress(text: string): URL | undefined {
  const url = URL.parse(text)
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol)
  return isWeb && url.href.length <= longestPart.address ? url : undefined
}

/** Telegram takes no host without a dot for a web address, and leaves such a link out without a word. */
function isLinkable({ hostname }: URL): boolean {
  return hostname.includes('.') || hostname.startsWith('[')
}

/** As many lines as there is room for, with a note instead of the rest. A first line that alone is too long is cut. */
function fitting(lines: readonly string[], room: number): string[] {
  const bulleted = lines.map((line) => bullet + line)
  if (spaceOf(bulleted) <= room) return bulleted
  const shown: string[] = []
  for (const line of bulleted) {
    if (spaceOf([...shown, line, tooMany]) > room) break
    shown.push(line)
  }
  if (shown.length > 0) return [...shown, tooMany]
  const left = room - spaceOf([tooMany]) - breakLength
  return left < bullet.length + 2 ? [] : [cutText(bulleted[0] ?? '', left), tooMany]
}

function spaceOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + breakLength, 0)
}

function lengthOf(lines: readonly Line[]): number {
  const texts = lines.map((line) => line.map(({ text }) => text).join(''))
  return texts.join('\n').length
}

function renderLine(line: Line, form: TextForm): string {
  return line.map((piece) => (form === 'plain' ? piece.text : markup(piece))).join('')
}

function markup({ text, bold, url }: Piece): string {
  const linked = url === undefined ? escaped(text) : `<a href="${escaped(url)}">${escaped(text)}</a>`
  return bold ? `<b>${linked}</b>` : linked
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** https://core.telegram.org/bots/api#html-style */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '')
}

function part(text: string, longest: number): string {
  return cutText(clean(text), longest)
}

function clean(text: string): string {
  return oneLine(text.toWellFormed())
}
