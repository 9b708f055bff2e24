import { readFile } from 'node:fs/promises'
import Handlebars from 'handlebars'
import { nodesUnder, type CauseNode, type CauseTree } from '../domain/investigate/cause-tree.ts'
import { parseIncidentName } from '../domain/investigate/evidence.ts'
import { sectionNames, sectionTitles } from '../domain/post-mortem/brief-line.ts'
import { textOf, type ReviewDocument } from '../domain/post-mortem/document.ts'
import type { Review } from '../domain/post-mortem/post-mortem.ts'
import { utc } from '../domain/post-mortem/records.ts'
import { detailsTitle, versionLine } from '../domain/post-mortem/review-file.ts'
import type { ReviewItem } from '../domain/post-mortem/timeline.ts'
import { escapeDeep } from './markdown.ts'
import { citesText } from './section-text.ts'

export interface ReviewPage {
  readonly review: Review
  readonly document: ReviewDocument
  /** Where the chart is, seen from the review; `null` when there is none. */
  readonly chart: string | null
}

/** The review that people read, and what it rests on. */
export interface ReviewFiles {
  readonly markdown: string
  readonly appendix: string
}

export type RenderReview = (page: ReviewPage) => ReviewFiles

interface TemplateFiles {
  readonly review: URL
  readonly appendix: URL
}

const templates: TemplateFiles = {
  review: new URL('../../runbooks/templates/post-mortem.md.hbs', import.meta.url),
  appendix: new URL('../../runbooks/templates/post-mortem-appendix.md.hbs', import.meta.url),
}

/**
 * Reads the templates of the review and its appendix. What is filled in was escaped for Markdown before, all of it, so a template cannot
 * forget to; it sees own members only and calls nothing but the two helpers here.
 * @throws when a file is not there or does not compile
 */
export async function loadReviewTemplate(files: Partial<TemplateFiles> = {}): Promise<RenderReview> {
  const { review, appendix } = { ...templates, ...files }
  const handlebars = Handlebars.create()
  handlebars.registerHelper('indent', (depth: unknown) => '  '.repeat(typeof depth === 'number' ? depth : 0))
  handlebars.registerHelper('cite', (ids: unknown) =>
    Array.isArray(ids) ? citesText(ids.filter((id) => typeof id === 'string')) : '',
  )
  const compile = async (file: URL) => {
    const template = handlebars.compile(await readFile(file, 'utf8'), {
      noEscape: true,
      strict: true,
      knownHelpers: { indent: true, cite: true },
      knownHelpersOnly: true,
    })
    const ownMembersOnly = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false }
    return (view: object) => template(escapeDeep(view), ownMembersOnly)
  }
  const [fill, fillAppendix] = [await compile(review), await compile(appendix)]
  return (page) => ({ markdown: fill(reviewView(page)), appendix: fillAppendix(appendixView(page)) })
}

/** Names of the files beside each other: `INC-42.md`, `INC-42-appendix.md`. */
export function reviewFileNames(incident: string) {
  return { review: `${incident}.md`, appendix: `${incident}-appendix.md`, chart: `${incident}.png` }
}

/** Longer lists are cut: the appendix has them whole. */
const mostItems = 15
const mostCauses = 16

/** What the template of the review is given: the page section by section, and as much of the details as is read at once. */
function reviewView({ review, document, chart }: ReviewPage) {
  const { incident, title, severity, recurrenceOf, rubric } = review
  const nodes = review.trees.flatMap(({ causes }) => causes.flatMap(nodesUnder))
  const passed = rubric.filter((answer) => answer.passed).length
  return {
    incident,
    title,
    severity,
    recurrenceOf,
    chart,
    span: spanOf(review),
    standing: standingSentence(document),
    sections: sectionNames.map((name) => ({
      title: sectionTitles[name],
      text: { markdown: textOf(document.sections[name]) },
    })),
    detailsTitle,
    appendix: reviewFileNames(incident).appendix,
    timeline: timelineView(review.timeline),
    ...treeView(review.trees),
    causes: `${nodes.length} considered`,
    passed,
    checks: rubric.length,
    open: rubric.filter((answer) => !answer.passed),
    version: { markdown: versionLine(parseIncidentName(incident) ?? 0, document.version) },
  }
}

function spanOf({ times }: Review): string {
  const at = (name: string) => times.moments.find((moment) => moment.name === name)?.at ?? null
  const [from, to] = [at('started'), at('resolved')]
  const took = times.durations.find(({ name }) => name === 'time to resolve')
  if (from === null || to === null || took === undefined || took.ms === null) return ''
  return `${utc(from)} to ${utc(to)} (${took.text})`
}

/** Who published it is in the audit log and on the timeline: a review names nobody. */
function standingSentence({ version, published }: ReviewDocument): string {
  if (published === null) return `Draft, version ${version}: read it, correct it, publish it.`
  const since = published.version === version ? '' : `, edited since (version ${version})`
  return `Published ${utc(published.at)} as version ${published.version}${since}.`
}

/** What somebody must know of the course of it: the last measurements before it, and every turn that people or automation gave it. */
function timelineView(items: readonly ReviewItem[]) {
  const main = items.filter(({ isMain }) => isMain)
  const shown = main.length <= mostItems ? main : [...main.slice(0, mostItems - 5), ...main.slice(-5)]
  return {
    told: `${shown.length} of ${items.length} entries`,
    items: shown.map((item) => ({ ...item, at: utc(item.at) })),
  }
}

function treeView(trees: readonly CauseTree[]) {
  let left = mostCauses
  const views = trees.map(({ title, causes }) => {
    const all = causes.flatMap((cause) => flatten(cause, 0, true))
    const nodes = all.slice(0, left)
    left -= nodes.length
    return { title, nodes, cut: all.length - nodes.length }
  })
  const cut = views.reduce((sum, view) => sum + view.cut, 0)
  return {
    trees: views.filter(({ nodes }) => nodes.length > 0),
    moreCauses: cut === 0 ? '' : `${cut} more are in the appendix.`,
  }
}

/** What the template of the appendix is given: the draft with instants as people read them, and each tree as a list with depths. */
function appendixView({ review }: ReviewPage) {
  const at = <T extends { readonly at: string }>(items: readonly T[]) =>
    items.map((item) => ({ ...item, at: utc(item.at) }))
  return {
    ...review,
    reviewFile: reviewFileNames(review.incident).review,
    timeline: at(review.timeline),
    records: at(review.records),
    trees: review.trees.map((tree) => ({ ...tree, nodes: tree.causes.flatMap((node) => flatten(node, 0)) })),
  }
}

type FlatNode = Omit<CauseNode, 'causes'> & { readonly depth: number; readonly word: string }

/** @param short without what nobody tested below what does not hold: that is moot */
function flatten({ causes, ...node }: CauseNode, depth: number, short = false): readonly FlatNode[] {
  const settled = node.settled === null ? null : { ...node.settled, at: utc(node.settled.at) }
  const flat = { ...node, settled, depth, word: node.settled?.verdict ?? node.status }
  const below =
    short && node.status === 'refuted' ? causes.filter(({ status }) => status !== 'inferred') : causes
  return [flat, ...below.flatMap((cause) => flatten(cause, depth + 1, short))]
}
