import { readFile } from 'node:fs/promises'
import Handlebars from 'handlebars'
import type { CauseNode } from '../domain/investigate/cause-tree.ts'
import type { Review } from '../domain/post-mortem/post-mortem.ts'
import { utc } from '../domain/post-mortem/records.ts'
import { escapeDeep } from './markdown.ts'

export interface ReviewPage {
  readonly review: Review
  /** Where the chart is, seen from the review; `null` when there is none. */
  readonly chart: string | null
}

export type RenderReview = (page: ReviewPage) => string

const reviewTemplate = new URL('../../runbooks/templates/post-mortem.md.hbs', import.meta.url)

/**
 * Reads the review's template. What is filled in was escaped for Markdown before, all of it, so the template cannot forget to; a template
 * sees own members only and calls nothing but the two helpers here.
 * @throws when the file is not there or does not compile
 */
export async function loadReviewTemplate(file: URL = reviewTemplate): Promise<RenderReview> {
  const source = await readFile(file, 'utf8')
  const handlebars = Handlebars.create()
  handlebars.registerHelper('indent', (depth: unknown) => '  '.repeat(typeof depth === 'number' ? depth : 0))
  handlebars.registerHelper('cite', (ids: unknown) =>
    Array.isArray(ids) && ids.length > 0 ? ` (${ids.join(', ')})` : '',
  )
  const template = handlebars.compile(source, {
    noEscape: true,
    strict: true,
    knownHelpers: { indent: true, cite: true },
    knownHelpersOnly: true,
  })
  const ownMembersOnly = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false }
  return (page) => template(escapeDeep(viewOf(page)), ownMembersOnly)
}

/** What the template is given: the review with instants as people read them, and each tree as a list with depths. */
function viewOf({ review, chart }: ReviewPage) {
  const at = <T extends { readonly at: string }>(items: readonly T[]) =>
    items.map((item) => ({ ...item, at: utc(item.at) }))
  return {
    ...review,
    chart,
    passed: review.rubric.filter(({ passed }) => passed).length,
    checks: review.rubric.length,
    timeline: at(review.timeline),
    records: at(review.records),
    trees: review.trees.map((tree) => ({ ...tree, nodes: tree.causes.flatMap((node) => flatten(node, 0)) })),
  }
}

function flatten(
  { causes, ...node }: CauseNode,
  depth: number,
): readonly (Omit<CauseNode, 'causes'> & { readonly depth: number })[] {
  return [{ ...node, depth }, ...causes.flatMap((cause) => flatten(cause, depth + 1))]
}
