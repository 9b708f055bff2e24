import { readFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** Phrases that once stood where people read them and sounded translated, and what is said instead. */
const oldPhrases: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\banew\b/i, 'again'],
  [/They are paged, and have it/i, 'Paged ana. She owns it once she acknowledges.'],
  [/unless it is over by then/i, 'unless resolved'],
  [/was to be (?:paged|noticed|told)/i, 'next page was due at …, detected by …'],
  [/could not be begun/i, "could not start the incident's workflow"],
  [/paging(?: itself)? is (?:not )?well/i, 'paging is healthy, paging is degraded'],
  [/The records name nothing/i, 'Nothing recorded.'],
  [/is not yet resolved, which was/i, 'not resolved yet'],
  [/begin no new (?:remediation )?attempt/i, 'start no new remediation'],
  [/nobody is called so/i, 'there is no such user'],
  [/\bis none of\b/i, 'is not one of'],
  [
    /(?<!here )(?<!Here )\bis no (?:instant|duration|name|table|column|address|zone|time zone|date|host|chat|user|number|port)\b/,
    'is not a …',
  ],
  [/\ba token is needed\b(?!:)/i, 'say which token'],
  [/\bweb hook\b/i, 'webhook'],
  [/\be-?mails? was sent out\b/i, 'sent an e-mail'],
]

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const files = execFileSync(
  'git',
  [
    'ls-files',
    'src',
    'activities',
    'workflows',
    'docs',
    'examples',
    'runbooks',
    'README.md',
    'CONTRIBUTING.md',
  ],
  {
    cwd: checkout,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => /\.(?:ts|md|hbs|yaml|yml)$/.test(file) && !file.startsWith('docs/decisions/'))

/** What people may read of a file: of code, what is no comment. */
function readable(file: string, text: string): string {
  return file.endsWith('.ts') ? text.replaceAll(/\/\*[^]*?\*\/|(?<![:'"`\\])\/\/[^\n]*/g, '') : text
}

describe('what people read', () => {
  it('is looked at where there is something to read', () => {
    expect(files.length).toBeGreaterThan(400)
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'docs/paging.md', 'src/domain/facts/sentence.ts']),
    )
  })

  it.each(oldPhrases)('has no %s', async (pattern) => {
    const found: string[] = []
    for (const file of files) {
      const lines = readable(file, await readFile(`${checkout}${file}`, 'utf8')).split('\n')
      found.push(...lines.filter((line) => pattern.test(line)).map((line) => `${file}: ${line.trim()}`))
    }
    expect(found).toEqual([])
  })
})
