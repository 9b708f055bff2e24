import { sectionNames, sectionTitles, type SectionName } from '../domain/post-mortem/brief-line.ts'
import {
  textOf,
  waitingSections,
  type ReviewDocument,
  type SectionTexts,
} from '../domain/post-mortem/document.ts'
import type { StoredReview } from '../domain/post-mortem/stored-review.ts'
import { unsettledCauses } from '../domain/investigate/cause-tree.ts'
import { utc } from '../domain/post-mortem/records.ts'
import { type DiffLine, diffLines } from '../domain/values/line-diff.ts'

/** A review whose sections are known: one of before there were any is drafted anew when it is read. */
export type ReadableReview = StoredReview & { readonly document: ReviewDocument }

/** As the API answers it; the appendix is a document of its own. */
export function reviewView({ document, model, markdown, draftedAt }: ReadableReview) {
  const waiting = waitingSections(document)
  return {
    incident: model.incident,
    state: stateOf(document),
    version: document.version,
    published: document.published,
    draftedAt,
    unsettledCauses: unsettledCauses(model.trees).map(({ id, claim }) => ({ id, claim })),
    sections: sectionNames.map((name) => {
      const { drafted, own, changed } = document.sections[name]
      const newDraft = waiting.includes(name)
        ? { diff: diffText(own?.base ?? '', drafted), text: drafted }
        : null
      return {
        name,
        title: sectionTitles[name],
        text: textOf(document.sections[name]),
        isOwn: own !== null,
        changed,
        newDraft,
      }
    }),
    markdown,
    model,
  }
}

export function stateOf({ published }: ReviewDocument): 'draft' | 'published' {
  return published === null ? 'draft' : 'published'
}

/** What a new draft changed: per section the difference, and whether people's text stands there all the same. */
export function draftChanges(before: ReviewDocument, after: ReviewDocument) {
  return sectionNames
    .filter((name) => before.sections[name].drafted !== after.sections[name].drafted)
    .map((name) => ({
      section: name,
      title: sectionTitles[name],
      kept: after.sections[name].own !== null,
      diff: diffText(before.sections[name].drafted, after.sections[name].drafted),
    }))
}

/** What somebody else changed meanwhile, section by section: by whom, when, and how it differs from what was sent. */
export function conflictProblems(
  document: ReviewDocument,
  sections: readonly SectionName[],
  sent: Partial<SectionTexts>,
): string[] {
  if (sections.length === 0) return [`it is version ${document.version} now; its texts are the same`]
  return sections.map((name) => {
    const { by, at, version } = document.sections[name].changed
    const who = `${sectionTitles[name]}: changed by ${by} at ${utc(at)} (version ${version})`
    const mine = sent[name]
    return mine === undefined
      ? who
      : `${who}. From what is there to what you sent:\n${diffText(textOf(document.sections[name]), mine)}`
  })
}

/** `- ` before what is not there any more, `+ ` before what is new. */
export function diffText(before: string, after: string): string {
  return diffLines(before, after)
    .filter(({ kind }) => kind !== 'same')
    .map(({ kind, text }) => `${diffMarks[kind]} ${text}`)
    .join('\n')
}

export const diffMarks: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', removed: '-', added: '+' }
