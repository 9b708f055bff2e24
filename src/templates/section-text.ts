import { bySection, type Brief, type BriefLine, type SectionName } from '../domain/post-mortem/brief-line.ts'
import { escapeMarkdown } from './markdown.ts'

/** The text of each section as Firewatch drafts it, in Markdown: what people edit. Every piece is escaped. */
export function sectionTexts(brief: Brief): Readonly<Record<SectionName, string>> {
  return bySection((name) => brief[name].map(lineText).join('\n'))
}

const marks: Readonly<Record<BriefLine['style'], string>> = { paragraph: '', item: '- ', task: '- [ ] ' }

/** A paragraph stands between empty lines, items follow each other. */
function lineText(
  { style, label, text, quote, cites }: BriefLine,
  index: number,
  all: readonly BriefLine[],
): string {
  const isApart = style === 'paragraph' || all[index - 1]?.style === 'paragraph'
  const begin = isApart && index > 0 ? '\n' : ''
  const bold = label === null ? '' : `**${escapeMarkdown(label)}${/[.?!:]$/u.test(label) ? '' : ':'}** `
  return `${begin}${marks[style]}${bold}${sentence(text, quote)}${citesText(cites)}${stop(text, quote)}`
}

function sentence(text: string, quote: string | null): string {
  return quote === null ? escapeMarkdown(text) : `${escapeMarkdown(text)}: “${escapeMarkdown(quote)}”`
}

/** A quotation brings its own. */
function stop(text: string, quote: string | null): string {
  return quote !== null || /[.?!]$/u.test(text) ? '' : '.'
}

/** ` (E18, T27)`: ids without the incident, which goes without saying here and leads nowhere. */
export function citesText(cites: readonly string[]): string {
  const short = cites.flatMap((id) => (id.includes('/') ? [id.slice(id.indexOf('/') + 1)] : []))
  return short.length === 0 ? '' : ` (${short.join(', ')})`
}
