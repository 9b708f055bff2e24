import type { PageMessage } from '../domain/page/page.ts'
import { contentOf } from './content.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

/**
 * The mail as HTML: every text is escaped, no style is fetched, and no picture but the one that travels along is shown.
 * @param chartId of the chart within the mail, https://www.rfc-editor.org/rfc/rfc2392
 */
export function htmlOf(message: PageMessage, chartId?: string): string {
  const { headline, notes, lines, facts, answer, links } = contentOf(message)
  const parts = [
    ...notes.map((note) => `<p><em>${escaped(note)}</em></p>`),
    `<h1 style="font-size:18px">${escaped(headline)}</h1>`,
    list(lines.map(escaped)),
    answer === undefined ? '' : `<p>${anchor(answer, buttonStyle)}</p>`,
    facts
      .map(
        ([name, text]) => `<p style="margin:4px 0"><strong>${escaped(name)}:</strong> ${escaped(text)}</p>`,
      )
      .join('\n'),
    chartId === undefined ? '' : picture(chartId, `Chart of ${message.incident}`),
    links.length === 0 ? '' : `<p>${links.map((link) => anchor(link)).join(' &middot; ')}</p>`,
  ]
  const body = parts.filter((written) => written !== '').join('\n')
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(headline)}</title></head>\n<body style="font-family:sans-serif">\n${body}\n</body></html>\n`
}

const buttonStyle =
  'display:inline-block;padding:10px 16px;background:#b91c1c;color:#ffffff;text-decoration:none'

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`
}

function picture(id: string, words: string): string {
  return `<p><img src="cid:${escaped(id)}" alt="${escaped(words)}" style="max-width:100%"></p>`
}

function anchor({ title, url }: { readonly title: string; readonly url: string }, style = ''): string {
  const dressed = style === '' ? '' : ` style="${style}"`
  return `<a href="${escaped(url)}"${dressed}>${escaped(title)}</a>`
}
