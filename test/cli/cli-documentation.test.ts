import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { exitCodeMeanings, exitCodes } from '../../src/cli/api-client.ts'
import { createInstallation } from '../../src/app/installation.ts'
import { createProgram } from '../../src/cli/program.ts'

const documentation = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')

/** Rows of tables whose first cell is a command: `config validate` from `config validate [FILE]`. */
const documented = [...documentation.matchAll(/^\| `([^`]+)` \|(.*)$/gm)].map(
  ([, usage = '', text = '']) => ({
    usage,
    text,
  }),
)

interface Leaf {
  readonly path: string
  readonly command: Command
}

function leavesOf(command: Command, path: readonly string[] = []): Leaf[] {
  return command.commands.length === 0
    ? [{ path: path.join(' '), command }]
    : command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]))
}

const leaves = leavesOf(createProgram(createInstallation({})))

describe('docs/cli.md', () => {
  it('gives the exit codes and meanings of the program, each of its codes once', () => {
    const rows = [...documentation.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, meaning]) => [
      Number(code),
      meaning,
    ])
    expect(rows).toEqual(exitCodeMeanings)
    expect(exitCodeMeanings.map(([code]) => code)).toEqual([0, ...Object.values(exitCodes)])
  })

  it('names every command, and none that does not exist', () => {
    const names = leaves.map(({ path }) => path)
    const shown = documented.map(
      ({ usage }) => names.find((name) => `${usage} `.startsWith(`${name} `)) ?? usage,
    )
    expect(shown.toSorted()).toEqual(names.toSorted())
  })

  it('names every option', () => {
    const text = documented.map((row) => row.usage + row.text).join('\n')
    const options = leaves.flatMap(({ command }) => command.options.map(({ long }) => long ?? ''))
    for (const option of new Set(options)) expect(`${text}${documentation}`, option).toContain(`\`${option}`)
  })
})

describe('--help', () => {
  it('lists every command by group, and the exit codes', () => {
    const help = createProgram(createInstallation({})).helpInformation()
    for (const group of ['Run it:', 'Incidents:', 'On call:', 'Checks:', 'Set it up:'])
      expect(help).toContain(`\n${group}\n`)
    for (const { path } of leaves) expect(help).toMatch(new RegExp(`^ {2}${path.split(' ')[0]}\\b`, 'm'))
  })

  it('says of each command what it does, and of each option what it means', () => {
    for (const { path, command } of leaves) {
      expect(command.description(), path).not.toBe('')
      for (const { long, description } of command.options) expect(description, `${path} ${long}`).not.toBe('')
    }
  })

  it('gives --json to every command that prints a result', () => {
    const without = leaves.filter(({ command }) => !command.options.some(({ long }) => long === '--json'))
    expect(without.map(({ path }) => path)).toEqual(['up', 'serve', 'worker', 'completion'])
  })
})

describe('N39: commands of the documents that run TypeScript', () => {
  it('run on the Node of the project, whatever Node there is', async () => {
    const checkout = fileURLToPath(new URL('../../', import.meta.url))
    const files = (await readdir(checkout, { recursive: true })).filter(
      (file) => file.endsWith('.md') && !/node_modules|^test\//.test(file),
    )
    expect(files).toContain('README.md')
    for (const file of files) {
      const text = await readFile(join(checkout, file), 'utf8')
      const bare = [...text.matchAll(/(?<!npx )\bnode (?:\S+ )*?\S+\.ts\b/g)].map(
        ([command]) => `${file}: ${command}`,
      )
      expect(bare).toEqual([])
    }
  })
})
