import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readYaml, type YamlDocument } from './document.ts'
import { strayIn } from './stray-text.ts'
import type { Problem } from './problems.ts'

/** A runbook as it stands in its file, not judged yet. */
export interface RunbookFile {
  readonly name: string
  /** As the reader of the configuration would name it. */
  readonly file: string
  /** Relative to the configuration, so that it is the same on every machine. */
  readonly path: string
  readonly frontMatter: YamlDocument
  /** The prose behind the front matter, as written. */
  readonly guidance: string
}

/** The runbooks of one folder by name: its `*.md` files but `README.md`, without subfolders. */
export async function readRunbooks(base: string, folder: string): Promise<RunbookFile[]> {
  const entries = await readdir(join(base, folder), { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && /^(?!readme\.md$).+\.md$/i.test(entry.name))
    .map((entry) => entry.name)
  return Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(folder, name)
      const file = join(base, path)
      return parseRunbook(path, file, await readFile(file, 'utf8'))
    }),
  )
}

const fence = /^---[ \t]*\r?$/m

export function parseRunbook(path: string, file: string, text: string): RunbookFile {
  const name = basename(path, '.md')
  const content = text.replace(/^\uFEFF/, '')
  const stray = strayIn(content)
  if (stray !== undefined) {
    const line = content.slice(0, stray.offset).split('\n').length
    return { name, path, file, frontMatter: without(file, stray.message, line), guidance: '' }
  }
  const opening = content.split(fence, 1)[0]
  if (opening !== '')
    return {
      name,
      path,
      file,
      frontMatter: without(file, 'must begin with a line "---" and its front matter'),
      guidance: content,
    }
  const afterOpening = content.indexOf('\n') + 1
  const rest = content.slice(afterOpening)
  const closing = fence.exec(rest)
  if (afterOpening === 0 || closing === null) {
    return {
      name,
      path,
      file,
      frontMatter: without(file, 'the front matter is not closed by a line "---"'),
      guidance: '',
    }
  }
  // An empty line in the place of the opening one keeps the numbers of lines those of the file.
  const frontMatter = readYaml(file, `\n${rest.slice(0, closing.index)}`)
  return { name, path, file, frontMatter, guidance: rest.slice(closing.index + closing[0].length).trim() }
}

function without(file: string, message: string, line = 1): YamlDocument {
  const problem: Problem = { file, line, column: 1, path: '', message }
  return {
    value: undefined,
    problems: [problem],
    locate: (finding) => ({ ...problem, message: finding.message }),
  }
}
