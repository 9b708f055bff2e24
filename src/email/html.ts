import type { PageMessage } from '../domain/page.ts'
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

/** The mail as HTML: every text is escaped, no style is fetched, no picture is loaded from anywhere. */
export function htmlOf(message: PageMessage): string {
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

function anchor({ title, url }: { readonly title: string; readonly url: string }, style = ''): string {
  const dressed = style === '' ? '' : ` style="${style}"`
  return `<a href="${escaped(url)}"${dressed}>${escaped(title)}</a>`
}
