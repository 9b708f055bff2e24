import { html, type Html } from '../html.ts'
import { table } from './table.ts'

/**
 * Prose that people wrote as Markdown: headings, lists, tables, paragraphs, code, emphasis. Anything else, HTML and links too, is shown as the text that
 * it is. Headings begin at the third level, below those of the page.
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

/** Code, strong and stressed words; everything else is text. */
function inline(text: string): Html {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/)
  return html`${parts.map((part) => {
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`'))
      return html`<code>${part.slice(1, -1)}</code>`
    if (part.length > 4 && part.startsWith('**') && part.endsWith('**'))
      return html`<strong>${part.slice(2, -2)}</strong>`
    if (part.length > 2 && part.startsWith('*') && part.endsWith('*'))
      return html`<em>${part.slice(1, -1)}</em>`
    return part
  })}`
}
