import { bySection, sectionNames, type SectionName } from './brief-line.ts'

/*
 * The review as people read it: per section what Firewatch drafted and what people wrote. Nothing that people wrote is ever replaced by a
 * draft: a new draft waits beside it until somebody takes it or keeps what is there.
 */

/** What people wrote in place of a draft. */
export interface OwnText {
  readonly text: string
  /** The draft that it was written over; another one since then waits for somebody's word. */
  readonly base: string
}

export interface ReviewSection {
  /** As Firewatch drafts it now, in Markdown. */
  readonly drafted: string
  readonly own: OwnText | null
  /** The last change: by whom, when, and the version that came of it. */
  readonly changed: SectionChange
}

export interface SectionChange {
  readonly version: number
  /** A user's name, or `firewatch`. */
  readonly by: string
  /** ISO 8601 in UTC. */
  readonly at: string
}

export interface ReviewDocument {
  /** Counts changes of any kind, from 1. */
  readonly version: number
  readonly sections: Readonly<Record<SectionName, ReviewSection>>
  /** The last time that somebody published it, and the version that was published. */
  readonly published: SectionChange | null
}

export type SectionTexts = Readonly<Record<SectionName, string>>

/** Who changes it, and when: a user's name or `firewatch`, ISO 8601 in UTC. */
export interface Author {
  readonly by: string
  readonly at: string
}

/** What came of a change: `sections` are those that changed. */
export type Changed =
  | { readonly kind: 'changed'; readonly document: ReviewDocument; readonly sections: readonly SectionName[] }
  | { readonly kind: 'unchanged' }
  /** It was made against a version that is not the newest; these changed since. */
  | { readonly kind: 'conflict'; readonly sections: readonly SectionName[] }

/** What people read of a section. */
export function textOf({ drafted, own }: ReviewSection): string {
  return own === null ? drafted : own.text
}

/** Sections of which a newer draft waits for somebody to take it, or to keep what is there. */
export function waitingSections({ sections }: ReviewDocument): SectionName[] {
  return sectionNames.filter((name) => {
    const { own, drafted } = sections[name]
    return own !== null && own.base !== drafted
  })
}

/** Takes in what Firewatch drafts now. What people wrote stays as it is. */
export function draftedAnew(
  document: ReviewDocument | null,
  texts: SectionTexts,
  author: Author,
): Extract<Changed, { kind: 'changed' | 'unchanged' }> {
  const version = (document?.version ?? 0) + 1
  const changed = { ...author, version }
  const sections = sectionNames.filter((name) => document?.sections[name].drafted !== texts[name])
  if (sections.length === 0) return { kind: 'unchanged' }
  const section = (name: SectionName): ReviewSection => {
    const before = document?.sections[name]
    if (before !== undefined && !sections.includes(name)) return before
    return { drafted: texts[name], own: before?.own ?? null, changed }
  }
  return {
    kind: 'changed',
    document: { version, sections: bySection(section), published: document?.published ?? null },
    sections,
  }
}

/** Puts people's texts in place of what stands there, if nothing changed since the version that they saw. */
export function edited(
  document: ReviewDocument,
  { version, texts, ...author }: Author & { readonly version: number; readonly texts: Partial<SectionTexts> },
): Changed {
  if (version !== document.version) return conflict(document, version)
  return changing(document, author, (name, section) => {
    const text = texts[name] === undefined ? undefined : peopleText(texts[name])
    if (text === undefined || text === textOf(section)) return section
    // Written back as drafted, it follows the drafts again.
    if (text === section.drafted && document.published === null) return { ...section, own: null }
    return { ...section, own: { text, base: section.own?.base ?? section.drafted } }
  })
}

/** Answers a newer draft: `take` puts it in place of what people wrote, `keep` lets that stand. */
export function answeredDraft(
  document: ReviewDocument,
  {
    version,
    section: asked,
    choice,
    ...author
  }: Author & { readonly version: number; readonly section: SectionName; readonly choice: 'take' | 'keep' },
): Changed {
  if (version !== document.version) return conflict(document, version)
  return changing(document, author, (name, section) => {
    const { own, drafted } = section
    if (name !== asked || own === null || own.base === drafted) return section
    if (choice === 'keep') return { ...section, own: { ...own, base: drafted } }
    // Of a published review every word is people's.
    return { ...section, own: document.published === null ? null : { text: drafted, base: drafted } }
  })
}

/** Publishes what stands there: from then on every section is people's, so that no draft changes what was published. */
export function published(
  document: ReviewDocument,
  { version, ...author }: Author & { readonly version: number },
): Changed {
  if (version !== document.version) return conflict(document, version)
  if (document.published?.version === version) return { kind: 'unchanged' }
  const next = version + 1
  const frozen = (name: SectionName): ReviewSection => {
    const section = document.sections[name]
    return { ...section, own: section.own ?? { text: section.drafted, base: section.drafted } }
  }
  return {
    kind: 'changed',
    document: { version: next, sections: bySection(frozen), published: { ...author, version: next } },
    sections: [],
  }
}

/** Sections that changed after a version. */
export function changedSince({ sections }: ReviewDocument, version: number): SectionName[] {
  return sectionNames.filter((name) => sections[name].changed.version > version)
}

/** Action items that nobody has ticked off: `- [ ]` is an open one in Markdown. */
export function openActions({ sections }: ReviewDocument): number {
  return [...textOf(sections.actions).matchAll(/^\s*[-*+] \[ \] /gm)].length
}

/** So long a section may be, in UTF-16 code units. */
export const longestSection = 20_000

/**
 * A person's text as it is kept: line ends and trailing blanks alike everywhere; nothing that only steers a display; no HTML outside code,
 * and no block of code left open, either of which could hide what follows in the file.
 */
export function peopleText(text: string): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
    .replaceAll(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '')
  const fences = clean.match(/^\s*(?:```|~~~)/gm)?.length ?? 0
  const closed = fences % 2 === 0 ? clean : `${clean}\n${clean.match(/^\s*(```|~~~)/m)?.[1] ?? '```'}`
  return closed
    .split(/(^\s*(?:```|~~~)[\s\S]*?^\s*(?:```|~~~)|`[^`\n]*`)/m)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll(/(?<!\\)<(?=[A-Za-z/!?])/g, String.raw`\<`),
    )
    .join('')
}

function changing(
  document: ReviewDocument,
  author: Author,
  change: (name: SectionName, section: ReviewSection) => ReviewSection,
): Changed {
  const version = document.version + 1
  const next = bySection((name) => change(name, document.sections[name]))
  const sections = sectionNames.filter((name) => next[name] !== document.sections[name])
  if (sections.length === 0) return { kind: 'unchanged' }
  const marked = bySection((name) =>
    sections.includes(name) ? { ...next[name], changed: { ...author, version } } : next[name],
  )
  return { kind: 'changed', document: { ...document, version, sections: marked }, sections }
}

function conflict(document: ReviewDocument, version: number): Changed {
  return { kind: 'conflict', sections: changedSince(document, version) }
}
