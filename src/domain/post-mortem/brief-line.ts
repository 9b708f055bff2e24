import { statement, type Statement } from './records.ts'

/** The page of a review that a stranger reads, section by section. People edit each on its own. */
export const sectionNames = [
  'summary',
  'impact',
  'times',
  'cause',
  'ending',
  'actions',
  'lessons',
  'notes',
] as const

export type SectionName = (typeof sectionNames)[number]

export const sectionTitles: Readonly<Record<SectionName, string>> = {
  summary: 'What happened',
  impact: 'Who and what was affected',
  times: 'When',
  cause: 'Why',
  ending: 'What ended it',
  actions: 'What follows',
  lessons: 'What went well, and what did not',
  notes: 'Notes',
}

/** One value for each section. */
export function bySection<Value>(of: (name: SectionName) => Value): Readonly<Record<SectionName, Value>> {
  return Object.fromEntries(sectionNames.map((name) => [name, of(name)])) as Record<SectionName, Value>
}

/** A sentence of the page; a `task` is one that somebody ticks off. */
export interface BriefLine extends Statement {
  readonly style: 'paragraph' | 'item' | 'task'
  /** What stands in bold before it. */
  readonly label: string | null
}

export type Brief = Readonly<Record<SectionName, readonly BriefLine[]>>

export function paragraph(
  text: string,
  cites: readonly string[] = [],
  quote: string | null = null,
): BriefLine {
  return { ...statement(text, cites, quote), style: 'paragraph', label: null }
}

export function item(
  text: string,
  cites: readonly string[] = [],
  { label = null, quote = null }: { readonly label?: string | null; readonly quote?: string | null } = {},
): BriefLine {
  return { ...statement(text, cites, quote), style: 'item', label }
}
