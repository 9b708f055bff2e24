import type { PageMessage } from '../domain/page/page.ts'
import { contentOf } from './content.ts'

/** The mail as plain text. */
export function mailText(message: PageMessage): string {
  const { headline, notes, lines, facts, answer, links } = contentOf(message)
  const paragraphs = [
    [...notes, headline],
    lines.map((line) => `- ${line}`),
    facts.map(([name, text]) => `${name}: ${text}`),
    [answer, ...links].flatMap((link) => (link === undefined ? [] : [`${link.title}: ${link.url}`])),
  ]
  const written = paragraphs.filter((paragraph) => paragraph.length > 0)
  return `${written.map((paragraph) => paragraph.join('\n')).join('\n\n')}\n`
}
