import { readLink } from '../../domain/values/web-link.ts'
import { html, type Html } from '../html.ts'
import { table } from './table.ts'

/** Makes something else of a piece of plain text, such as links of the ids in it. */
export type Reading = (text: string) => Html | string

/**
 * Prose that people wrote as Markdown: headings, lists, tables, paragraphs, code, emphasis, links. Anything else, HTML too, is shown as the text that
 * it is, and so is a link that a browser should not follow. Headings begin at the third level, below those of the page.
 */
export function prose(markdown: string, read: Reading = (text) => text): Html {
  const blocks: Html[] = []
  const lines = markdown.replaceAll('\r\n', '\n').split('\n')
  for (let at = 0; at < lines.length; ) {
    const [block, next] = blockAt(lines, at, read)
    if (block !== null) blocks.push(block)
    at = next
  }
  return html`${blocks}`
}

const bullet = /^\s*[-*] +(.*)$/
const numbered = /^\s*\d+[.)] +(.*)$/
const heading = /^(#{1,6}) +(.*)$/
const fence = /^\s*```/
const tableRow = /^\s*\|(.*)\|\s*$/
const tableRule = /^\s*\|[\s|:-]+\|\s*$/

/** The block that begins at a line, and the line after it. */
function blockAt(lines: readonly string[], at: number, read: Reading): readonly [Html | null, number] {
  const line = lines[at] ?? ''
  if (line.trim() === '') return [null, at + 1]
  if (fence.test(line)) {
    const end = lines.findIndex((other, index) => index > at && fence.test(other))
    const stop = end === -1 ? lines.length : end
    return [html`<pre>${lines.slice(at + 1, stop).join('\n')}</pre>`, stop + 1]
  }
  const title = heading.exec(line)
  if (title !== null) {
    const text = inline(title[2] ?? '', read)
    return [title[1] === '#' || title[1] === '##' ? html`<h3>${text}</h3>` : html`<h4>${text}</h4>`, at + 1]
  }
  if (tableRow.test(line) && tableRule.test(lines[at + 1] ?? '')) return tableAt(lines, at, read)
  const list = [bullet, numbered].find((mark) => mark.test(line))
  return list === undefined ? paragraphAt(lines, at, read) : listAt(lines, at, { mark: list, read })
}

function paragraphAt(lines: readonly string[], at: number, read: Reading): readonly [Html, number] {
  const end = lines.findIndex((line, index) => index > at && (line.trim() === '' || begins(line)))
  const stop = end === -1 ? lines.length : end
  return [html`<p>${inline(lines.slice(at, stop).join(' '), read)}</p>`, stop]
}

/** Lines that neither begin an item nor are empty go on with the item before them. */
function listAt(
  lines: readonly string[],
  at: number,
  { mark, read }: { readonly mark: RegExp; readonly read: Reading },
): readonly [Html, number] {
  const items: string[] = []
  let next = at
  for (; next < lines.length; next++) {
    const line = lines[next] ?? ''
    const text = mark.exec(line)?.[1]
    if (text !== undefined) items.push(text)
    else if (line.trim() === '' || begins(line)) break
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  const rows = items.map((item) => itemOf(item, read))
  return [mark === numbered ? html`<ol>${rows}</ol>` : html`<ul>${rows}</ul>`, next]
}

/** `[ ]` and `[x]` are what is to be done, and what is. */
function itemOf(item: string, read: Reading): Html {
  const task = /^\[([ xX])\] +(.*)$/.exec(item)
  if (task === null) return html`<li>${inline(item, read)}</li>`
  const sign = task[1] === ' ' ? ['☐', 'open'] : ['☑', 'done']
  return html`<li class="task"><span aria-hidden="true">${sign[0]}</span><span class="aloud">${sign[1]}: </span> ${inline(task[2] ?? '', read)}</li>`
}

function tableAt(lines: readonly string[], at: number, read: Reading): readonly [Html, number] {
  const end = lines.findIndex((line, index) => index > at && !tableRow.test(line))
  const stop = end === -1 ? lines.length : end
  const cellsOf = (line: string) =>
    (tableRow.exec(line)?.[1] ?? '').split('|').map((cell) => inline(cell.trim(), read))
  const columns = cellsOf(lines[at] ?? '')
  const rows = lines.slice(at + 2, stop).map(cellsOf)
  return [table({ caption: 'Table of the guidance', columns, rows }), stop]
}

function begins(line: string): boolean {
  return [bullet, numbered, heading, fence, tableRow].some((mark) => mark.test(line))
}

/**
 * Code, links, strong and stressed words, links in these; everything else is text. Links may be `[words](address)`, `[words](address "title")`, `<address>` or the bare address. A backslash
 * before a mark takes its meaning away.
 * @param mayLink not within the words of a link
 */
function inline(text: string, read: Reading, mayLink = true): Html {
  const parts = text.split(
    /((?<!\\)`[^`]+`|(?<!\\)\[[^\]]+\]\([^()\s]+(?:\([^()\s]*\)[^()\s]*)*(?: +"[^"]*")?\)|(?<!\\)<https?:[^<>\s]+>|\bhttps?:\/\/(?:[^\s<>"`*]|\*(?=[\w/%&=?-]))+|(?<!\\)\*\*(?:\\.|[^*\\])+\*\*|(?<!\\)\*(?:\\.|[^*\s\\])(?:\\.|[^*\\])*\*)/i,
  )
  return html`${parts.map((part) => {
    const link = mayLink ? linkIn(part, read) : null
    if (link !== null) return link
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`'))
      return html`<code>${part.slice(1, -1)}</code>`
    if (part.length > 4 && part.startsWith('**') && part.endsWith('**'))
      return html`<strong>${inline(part.slice(2, -2), read, mayLink)}</strong>`
    if (part.length > 2 && part.startsWith('*') && part.endsWith('*'))
      return html`<em>${inline(part.slice(1, -1), read, mayLink)}</em>`
    return plain(part, read)
  })}`
}

/** A part that is a link, as one; `null` for any other. One that leads nowhere safe stays the text that it is. */
function linkIn(part: string, read: Reading): Html | null {
  const { words, address } =
    /^\[(?<words>[^\]]+)\]\((?<address>\S+?)(?: +"[^"]*")?\)$/.exec(part)?.groups ?? {}
  if (words !== undefined && address !== undefined)
    return outsideLink(inline(words, read, false), unescaped(address), part)
  const spelt = /^<(https?:[^<>\s]+)>$/i.exec(part)?.[1]
  if (spelt !== undefined) return outsideLink(spelt, spelt, part)
  if (!/^https?:\/\//i.test(part)) return null
  // What ends a sentence does not belong to the address in it; a bracket does when it was opened there.
  const end = /[.,;:!?'"\]]*$/.exec(part)?.index ?? part.length
  const bare = unescaped(part.slice(0, end))
  const cut = bare.endsWith(')') && !bare.includes('(') ? bare.length - 1 : bare.length
  return html`${outsideLink(bare.slice(0, cut), bare.slice(0, cut))}${bare.slice(cut)}${part.slice(end)}`
}

/** A link that leaves the console and tells nobody where it came from; text where the address is none to follow. */
export function outsideLink(words: Html | string, address: string, otherwise: Html | string = words): Html {
  const read = readLink(address)
  if (read.kind === 'refused') return html`${otherwise}`
  return html`<a href="${read.url}" rel="noopener noreferrer">${words}</a>`
}

function plain(text: string, read: Reading): Html | string {
  return read(unescaped(text))
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
}
