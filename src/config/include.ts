import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readYaml, type YamlDocument } from './document.ts'
import type { Problem } from './problems.ts'
import { unreadableReason } from './reason.ts'
import { isMap, itemsOf, type Path, under } from './written.ts'

/** Sections whose entries may stand in files of their own: each entry has a name, so it stands in one file only. */
const sections = [
  'services',
  'sources',
  'metrics',
  'slices',
  'checks',
  'heartbeats',
  'users',
  'teams',
  'channels',
  'calendars',
  'schedules',
  'policies',
  'targets',
  'windows',
]

/**
 * A document with the entries of the files that it includes. A mistake is located in the file in which it stands, so the whole is judged as one and
 * people still find each place.
 */
export async function withIncluded(path: string, document: YamlDocument): Promise<YamlDocument> {
  const main = withoutExtensions(document)
  const names = itemsOf(under(main.value, 'include'))
  const problems: Problem[] = []
  const parts: YamlDocument[] = []
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || name.trim() === '') continue
    try {
      const file = resolve(dirname(path), name)
      parts.push(withoutExtensions(readYaml(file, await readFile(file, 'utf8'))))
    } catch (error) {
      const message = `"${name}" cannot be read: ${unreadableReason(error)}`
      problems.push(main.locate({ path: ['include', index], message }))
    }
  }
  if (parts.length === 0) return { ...main, problems: [...main.problems, ...problems] }
  problems.push(
    ...parts.flatMap((part) => [...part.problems, ...misplaced(part)]),
    ...twice([main, ...parts]),
  )
  return {
    value: isMap(main.value) ? merged(main.value, parts) : main.value,
    problems: [...main.problems, ...problems],
    locate: (finding) => (parts.find((part) => holds(part, finding.path)) ?? main).locate(finding),
  }
}

/** As in Compose files, keys at the top that begin with `x-` are the writer's own: a place for anchors. */
function withoutExtensions(document: YamlDocument): YamlDocument {
  if (!isMap(document.value)) return document
  const kept = Object.entries(document.value).filter(([key]) => !key.startsWith('x-'))
  return { ...document, value: Object.fromEntries(kept) }
}

function merged(main: Readonly<Record<string, unknown>>, parts: readonly YamlDocument[]) {
  const together = sections.flatMap((section) => {
    const maps = [main, ...parts.map(({ value }) => value)]
      .map((value) => under(value, section))
      .filter(isMap)
    // What is no map in the main file is left for the schema to object to.
    if (maps.length === 0 || (Object.hasOwn(main, section) && !isMap(main[section]))) return []
    return [[section, Object.assign({}, ...maps.toReversed()) as object] as const]
  })
  return { ...main, ...Object.fromEntries(together) }
}

/** Whether an entry is one of this file; the main file has everything else, also what is missing. */
function holds({ value }: YamlDocument, [section, name]: Path): boolean {
  if (typeof section !== 'string' || typeof name !== 'string') return false
  return sections.includes(section) && under(under(value, section), name) !== undefined
}

function misplaced(part: YamlDocument): Problem[] {
  if (part.value === undefined || part.value === null) return []
  if (!isMap(part.value)) return [part.locate({ path: [], message: 'expected a map of sections' })]
  return Object.entries(part.value).flatMap(([key, value]) => {
    if (!sections.includes(key)) {
      const message = `stands only in the file that includes this one; here may stand ${sections.join(', ')}`
      return [part.locate({ path: [key], message, at: 'key' })]
    }
    return isMap(value) ? [] : [part.locate({ path: [key], message: 'expected a map of names' })]
  })
}

/** Entries that stand in two files: neither is more right than the other. */
function twice(documents: readonly YamlDocument[]): Problem[] {
  return documents.flatMap((document, index) =>
    sections.flatMap((section) => {
      const own = under(document.value, section)
      if (!isMap(own)) return []
      const earlier = documents.slice(0, index)
      return Object.keys(own)
        .filter((name) => earlier.some((other) => under(under(other.value, section), name) !== undefined))
        .map((name) =>
          document.locate({
            path: [section, name],
            message: 'stands in another file already; keep one',
            at: 'key',
          }),
        )
    }),
  )
}
