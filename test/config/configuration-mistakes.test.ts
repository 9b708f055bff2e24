import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfiguration, validateConfiguration } from '../../src/config/load.ts'
import { ConfigurationError, formatProblem } from '../../src/config/problems.ts'

const folder = fileURLToPath(new URL('fixtures/', import.meta.url))

interface Mistake {
  readonly about: string
  /** Word by word; without a file it is the fixture's own. */
  readonly problems: readonly string[]
}

const mistakes = JSON.parse(await readFile(`${folder}mistakes.json`, 'utf8')) as Readonly<
  Record<string, Mistake>
>

describe('a firewatch.yaml with mistakes', () => {
  it('has an expectation for each fixture', async () => {
    const fixtures = (await readdir(folder)).filter((file) => file.endsWith('.yaml') && file !== 'valid.yaml')
    expect(
      Object.keys(mistakes)
        .map((name) => `${name}.yaml`)
        .toSorted(),
    ).toEqual(fixtures.toSorted())
  })

  it.each(
    Object.entries(mistakes).map(([fixture, { about, problems }]) => [fixture, about, problems] as const),
  )('%s.yaml: %s', async (fixture, _about, expected) => {
    const { configuration, problems } = await validateConfiguration(`${folder}${fixture}.yaml`)
    const said = problems.map((problem) =>
      formatProblem({ ...problem, file: relative(folder, problem.file) }),
    )
    expect(said).toEqual(expected.map((line) => (/^\d/.test(line) ? `${fixture}.yaml:${line}` : line)))
    expect(configuration).toBeUndefined()
  })

  it('is refused with an error that lists all of them', async () => {
    const loading = loadConfiguration(`${folder}unknown-references.yaml`)
    await expect(loading).rejects.toThrow(ConfigurationError)
    await expect(loading).rejects.toThrow(
      /has 13 problems; nothing was started[^]*no metric "lkes"; did you mean "likes"\?/,
    )
  })

  it('never shows a secret that stands in it', async () => {
    for (const fixture of ['secret', 'url']) {
      const { problems } = await validateConfiguration(`${folder}${fixture}.yaml`)
      expect(JSON.stringify(problems)).not.toMatch(/hunter2|R0123456789|letmein|12345678/)
    }
  })

  it('is told where it was looked for when it is not there', async () => {
    const { problems } = await validateConfiguration('/nowhere/firewatch.yaml')
    expect(problems).toEqual([
      {
        file: '/nowhere/firewatch.yaml',
        line: 1,
        column: 1,
        path: '',
        message: 'cannot be read: there is no such file or folder',
      },
    ])
  })
})
