import { readLink } from '../../domain/values/web-link.ts'
import { html, type Html } from '../html.ts'
import { table } from './table.ts'

/**
 * Prose that people wrote as Markdown: headings, lists, tables, paragraphs, code, emphasis, links. Anything else, HTML too, is shown as the text that
 * it is, and so is a link that a browser should not follow. Headings begin at the third level, below those of the page.
 */
export function prose(markdown: string): Html {
  const blocks: Html[] = []
  const lines = markdown.replaceAll('\r\n', '\n').split('\n')
  for (let at = 0; at < lines.length; ) {
    const [block, next] = blockAt(lines, at)
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
function blockAt(lines: readonly string[], at: number): readonly [Html | null, number] {
  const line = lines[at] ?? ''
  if (line.trim() === '') return [null, at + 1]
  if (fence.test(line)) {
    const end = lines.findIndex((other, index) => index > at && fence.test(other))
    const stop = end === -1 ? lines.length : end
    return [html`<pre>${lines.slice(at + 1, stop).join('\n')}</pre>`, stop + 1]
  }
  const title = heading.exec(line)
  if (title !== null) {
    const text = inline(title[2] ?? '')
    return [title[1] === '#' || title[1] === '##' ? html`<h3>${text}</h3>` : html`<h4>${text}</h4>`, at + 1]
  }
  if (tableRow.test(line) && tableRule.test(lines[at + 1] ?? '')) return tableAt(lines, at)
  const list = [bullet, numbered].find((mark) => mark.test(line))
  return list === undefined ? paragraphAt(lines, at) : listAt(lines, at, list)
}

function paragraphAt(lines: readonly string[], at: number): readonly [Html, number] {
  const end = lines.findIndex((line, index) => index > at && (line.trim() === '' || begins(line)))
  const stop = end === -1 ? lines.length : end
  return [html`<p>${inline(lines.slice(at, stop).join(' '))}</p>`, stop]
}

/** Lines that neither begin an item nor are empty go on with the item before them. */
function listAt(lines: readonly string[], at: number, mark: RegExp): readonly [Html, number] {
  const items: string[] = []
  let next = at
  for (; next < lines.length; next++) {
    const line = lines[next] ?? ''
    const text = mark.exec(line)?.[1]
    if (text !== undefined) items.push(text)
    else if (line.trim() === '' || begins(line)) break
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  const rows = items.map((item) => html`<li>${inline(item)}</li>`)
  return [mark === numbered ? html`<ol>${rows}</ol>` : html`<ul>${rows}</ul>`, next]
}

function tableAt(lines: readonly string[], at: number): readonly [Html, number] {
  const end = lines.findIndex((line, index) => index > at && !tableRow.test(line))
  const stop = end === -1 ? lines.length : end
  const cellsOf = (line: string) =>
    (tableRow.exec(line)?.[1] ?? '').split('|').map((cell) => inline(cell.trim()))
  const columns = cellsOf(lines[at] ?? '')
  const rows = lines.slice(at + 2, stop).map(cellsOf)
  return [table({ caption: 'Table of the guidance', columns, rows }), stop]
}

function begins(line: string): boolean {
  return [bullet, numbered, heading, fence, tableRow].some((mark) => mark.test(line))
}

/** Code, links, strong and stressed words; everything else is text. Links may be `[words](address)`, `<address>` or the bare address. */
function inline(text: string): Html {
  const parts = text.split(
    /(`[^`]+`|\[[^\]]+\]\([^()\s]+(?:\([^()\s]*\)[^()\s]*)*\)|<https?:[^<>\s]+>|\bhttps?:\/\/[^\s<>"`*]+|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/i,
  )
  return html`${parts.map((part) => {
    const link = linkIn(part)
    if (link !== null) return link
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`'))
      return html`<code>${part.slice(1, -1)}</code>`
    if (part.length > 4 && part.startsWith('**') && part.endsWith('**'))
      return html`<strong>${part.slice(2, -2)}</strong>`
    if (part.length > 2 && part.startsWith('*') && part.endsWith('*'))
      return html`<em>${part.slice(1, -1)}</em>`
    return part
  })}`
}

/** A part that is a link, as one; `null` for any other. One that leads nowhere safe stays the text that it is. */
function linkIn(part: string): Html | null {
  const { words, address } = /^\[(?<words>[^\]]+)\]\((?<address>\S+)\)$/.exec(part)?.groups ?? {}
  if (words !== undefined && address !== undefined) return outsideLink(inline(words), address, part)
  const spelt = /^<(https?:[^<>\s]+)>$/i.exec(part)?.[1]
  if (spelt !== undefined) return outsideLink(spelt, spelt, part)
  if (!/^https?:\/\//i.test(part)) return null
  // What ends a sentence does not belong to the address in it; a bracket does when it was opened there.
  const end = /[.,;:!?'"\]]*$/.exec(part)?.index ?? part.length
  const bare = part.slice(0, end)
  const cut = bare.endsWith(')') && !bare.includes('(') ? bare.length - 1 : bare.length
  return html`${outsideLink(bare.slice(0, cut), bare.slice(0, cut))}${part.slice(cut)}`
}

/** A link that leaves the console and tells nobody where it came from; text where the address is none to follow. */
export function outsideLink(words: Html | string, address: string, otherwise: Html | string = words): Html {
  const read = readLink(address)
  if (read.kind === 'refused') return html`${otherwise}`
  return html`<a href="${read.url}" rel="noopener noreferrer">${words}</a>`
}
