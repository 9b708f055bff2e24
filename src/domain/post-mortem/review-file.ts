import { incidentName } from '../investigate/evidence.ts'
import { sectionNames, sectionTitles, type SectionName } from './brief-line.ts'
import type { SectionTexts } from './document.ts'

/*
 * The review as one Markdown file that people may edit and give back: a heading per section, and as its last line which version of which
 * incident it is.
 */

/** What follows the sections is drawn from the records anew each time. */
export const detailsTitle = 'Details'

/** A file that was given back. */
export interface ReviewFile {
  /** The version that it was written as. */
  readonly version: number
  /** Sections that the file has; one that is not there stays as it is. */
  readonly texts: Partial<SectionTexts>
  /** What is outside the sections, of which nothing is taken. */
  readonly outside: string
}

/** The last line of the file of a version. */
export function versionLine(incident: number, version: number): string {
  return `<!-- firewatch ${incidentName(incident)} version ${version} -->`
}

/**
 * Reads a file that people edited.
 * @returns what keeps it from being understood, each with its line, where anything does
 */
export function readReviewFile(
  markdown: string,
  incident: number,
): ReviewFile | { readonly problems: readonly string[] } {
  const lines = markdown.replaceAll(/\r\n?/g, '\n').split('\n')
  const version = lines.map((line) => versionIn(line)).findLast((found) => found !== undefined)
  const headings = lines.flatMap((line, at) => {
    const title = titleIn(line)
    return title === undefined ? [] : [{ title, at }]
  })
  const problems = [...versionProblems(version, incident), ...repeated(headings)]
  if (version === undefined || problems.length > 0) return { problems }
  const end = headings.find(({ title }) => title === detailsTitle)?.at ?? lines.length
  const inside = headings.filter(({ at }) => at < end)
  const texts = inside.map(({ title, at }, index) => {
    const until = inside[index + 1]?.at ?? end
    return [
      nameOf(title),
      withoutVersion(lines.slice(at + 1, until))
        .join('\n')
        .trim(),
    ] as const
  })
  const head = lines.slice(0, inside[0]?.at ?? end)
  return {
    version: version.version,
    texts: Object.fromEntries(texts),
    outside: withoutVersion([...head, ...lines.slice(end)])
      .join('\n')
      .trim(),
  }
}

/** The line of a text that would be read as another section's heading, if there is one. */
export function headingIn(text: string): string | undefined {
  return text.split(/\r\n?|\n/).find((line) => titleIn(line) !== undefined || versionIn(line) !== undefined)
}

const versionForm = /^\s*<!-- firewatch (\S+) version (\d{1,9}) -->\s*$/

function versionIn(line: string): { readonly incident: string; readonly version: number } | undefined {
  const found = versionForm.exec(line)
  return found === null ? undefined : { incident: found[1] ?? '', version: Number(found[2]) }
}

const titles = new Map<string, SectionName | null>([
  ...sectionNames.map((name) => [sectionTitles[name], name] as const),
  [detailsTitle, null],
])

function titleIn(line: string): string | undefined {
  const title = /^## +(.*?)\s*$/.exec(line)?.[1]
  return title !== undefined && titles.has(title) ? title : undefined
}

function nameOf(title: string): SectionName {
  const name = titles.get(title)
  if (name === undefined || name === null) throw new RangeError(`"${title}" is not a section`)
  return name
}

function withoutVersion(lines: readonly string[]): string[] {
  return lines.filter((line) => versionIn(line) === undefined)
}

function versionProblems(version: ReturnType<typeof versionIn>, incident: number): string[] {
  const name = incidentName(incident)
  if (version === undefined)
    return [
      `the file does not say which version it is: its last line was "${versionLine(incident, 1)}", with the number that "firewatch review ${name}" prints`,
    ]
  return version.incident === name ? [] : [`the file is of ${version.incident}, not of ${name}`]
}

function repeated(headings: readonly { readonly title: string; readonly at: number }[]): string[] {
  return headings.flatMap(({ title, at }, index) => {
    const first = headings.findIndex((other) => other.title === title)
    return first === index ? [] : [`line ${at + 1}: "## ${title}" is there twice; a section has one heading`]
  })
}
