import { z } from 'zod'
import type { CauseVerdict } from '../../domain/facts/fact.ts'
import { sectionNames, sectionTitles, type SectionName } from '../../domain/post-mortem/brief-line.ts'
import { longestSection, type SectionTexts } from '../../domain/post-mortem/document.ts'
import { headingIn, readReviewFile } from '../../domain/post-mortem/review-file.ts'
import { HttpProblem } from '../errors.ts'

/** What is said of a version: a form sends it as text. */
const Version = z.coerce.number().int().min(1).max(1_000_000_000)
const Section = z.enum(sectionNames)
const SectionText = z.string().max(longestSection, `a section may have ${longestSection} characters`)

const Edit = z.union([
  z.strictObject({ markdown: z.string().max(sectionNames.length * longestSection) }),
  z.strictObject({ version: Version, sections: z.partialRecord(Section, SectionText) }),
])

export interface ReviewEdit {
  readonly version: number
  readonly texts: Partial<SectionTexts>
  /** What a file has outside its sections, of which nothing is taken. */
  readonly outside?: string
}

/** An edit as the API takes it: sections by name against a version, or a whole file that names its version. @throws HttpProblem 400 */
export function editIn(body: unknown, incident: number): ReviewEdit {
  const parsed = Edit.safeParse(body)
  if (!parsed.success) {
    throw new HttpProblem(400, 'the edit is not understood', [
      'send "version" and "sections", an object of texts by section, or "markdown", the whole file',
      `sections are ${sectionNames.join(', ')}; each has at most ${longestSection} characters`,
    ])
  }
  if ('sections' in parsed.data)
    return checked({ version: parsed.data.version, texts: given(parsed.data.sections) })
  const file = readReviewFile(parsed.data.markdown, incident)
  if ('problems' in file) throw new HttpProblem(400, 'the file is not understood', file.problems)
  return checked(file)
}

/** The edit of one section from a form. @throws HttpProblem 400 */
export function sectionEditIn(body: unknown, section: SectionName): ReviewEdit {
  const { version, text } = parse(
    z.object({ version: Version, text: SectionText }),
    body,
    'the edit is not understood',
  )
  return checked({ version, texts: { [section]: text } })
}

/** @throws HttpProblem 404 */
export function sectionIn(params: unknown): SectionName {
  const parsed = z.object({ section: Section }).safeParse(params)
  if (!parsed.success)
    throw new HttpProblem(404, `a review has no such section; it has ${sectionNames.join(', ')}`)
  return parsed.data.section
}

const Publication = z.object({
  version: Version,
  anyway: z.union([z.boolean(), z.literal('on').transform(() => true)]).default(false),
})

/** `anyway`: also where it names people. @throws HttpProblem 400 */
export function publicationIn(body: unknown): { readonly version: number; readonly anyway: boolean } {
  const what = 'say which version you read: "version" is in the review; "anyway" is true or false'
  return parse(Publication, body, what)
}

/** @throws HttpProblem 400 */
export function draftAnswerIn(body: unknown) {
  const what = 'say "version", "section", and "choice": take or keep'
  return parse(z.object({ version: Version, section: Section, choice: z.enum(['take', 'keep']) }), body, what)
}

/** @throws HttpProblem 400 */
export function settledIn(body: unknown): {
  readonly cause: string
  readonly verdict: CauseVerdict
  readonly reason: string
} {
  const Settled = z.object({
    cause: z.string().min(1).max(200),
    verdict: z.enum(['confirmed', 'rejected']),
    reason: z.string().trim().min(1).max(2_000),
  })
  const what = 'say "cause", "verdict": confirmed or rejected, and "reason" in at most 2,000 characters'
  return parse(Settled, body, what)
}

function parse<Shape>(schema: z.ZodType<Shape>, body: unknown, what: string): Shape {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new HttpProblem(400, what, problems)
}

/** Sections that are there: a schema lets one be `undefined`. */
function given(texts: Partial<Record<SectionName, string | undefined>>): Partial<SectionTexts> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined))
}

function checked(edit: ReviewEdit): ReviewEdit {
  const problems = sectionNames.flatMap((name) => {
    const text = edit.texts[name] ?? ''
    const heading = headingIn(text)
    const title = sectionTitles[name]
    return [
      ...(text.length > longestSection ? [`${title}: has more than ${longestSection} characters`] : []),
      ...(heading === undefined
        ? []
        : [`${title}: the line "${heading.trim()}" belongs to the review itself; write it as "### …"`]),
    ]
  })
  if (problems.length > 0) throw new HttpProblem(400, 'the edit cannot be kept', problems)
  return edit
}
