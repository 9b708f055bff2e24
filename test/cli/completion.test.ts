import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { completionScript, shells } from '../../src/cli/completion.ts'
import { createInstallation } from '../../src/app/installation.ts'
import { createProgram } from '../../src/cli/program.ts'

/** What bash would offer behind these words, the last of which is being written. */
function offered(...words: readonly string[]): string[] {
  const script = [
    completionScript(createProgram(createInstallation({})), 'bash'),
    'COMP_WORDS=("$@")',
    'COMP_CWORD=$(($# - 1))',
    '_firewatch',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n')
  const output = execFileSync('bash', ['-c', script, 'bash', 'firewatch', ...words], { encoding: 'utf8' })
  return output.split('\n').filter((line) => line !== '')
}

describe('completion in bash', () => {
  it('offers commands that begin so', () => {
    expect(offered('re')).toEqual(['resolve', 'reviews', 'review'])
    expect(offered('')).toContain('incidents')
  })

  it('offers the commands below a command, and its options', () => {
    expect(offered('config', 'v')).toEqual(['validate'])
    expect(offered('incidents', '--s')).toEqual(['--state'])
    expect(offered('--json', 'check', 'replay', '--f')).toEqual(['--from'])
  })

  it('offers the words that an argument can be', () => {
    expect(offered('completion', '')).toEqual([...shells, '--help'])
  })

  it('N39: offers the words that the value of an option can be', () => {
    expect(offered('incidents', '--state', '')).toEqual(['open', 'monitoring', 'resolved'])
    expect(offered('declare', '--severity', 'P')).toEqual(['P0', 'P1', 'P2', 'P3'])
    expect(offered('severity', 'INC-1', 'P')).toEqual(['P0', 'P1', 'P2', 'P3'])
    expect(offered('audit-log', '--outcome', 'r')).toEqual(['refused'])
    expect(offered('init', '--contact', 'e')).toEqual(['email'])
    expect(offered('init', '--bucket', '1')).toEqual(['10s', '1m', '15m', '1h', '1d'])
    expect(offered('test-page', 'ana', '--channel', 's')).toEqual(['slack'])
    expect(offered('incidents', '--state', 'open', '--j')).toEqual(['--json'])
  })

  it('offers nothing of its own where a file or a name is wanted', () => {
    expect(offered('show', 'INC')).toEqual([])
  })

  it('takes a word that is no command for an argument', () => {
    expect(offered('note', 'INC-1', 'config', '--j')).toEqual(['--json'])
  })
})

describe.each(['zsh', 'fish'] as const)('completion in %s', (shell) => {
  const script = completionScript(createProgram(createInstallation({})), shell)

  it('has every command with its description', () => {
    for (const { commands } of [createProgram(createInstallation({}))])
      for (const command of commands) {
        expect(script).toContain(command.name())
        expect(script).toContain(command.description().replaceAll("'", "\\'"))
      }
  })

  it('has the commands below commands, and options', () => {
    expect(script).toContain("'firewatch config validate'")
    expect(script).toContain('state')
  })
})

describe('completion', () => {
  it('quotes what would mean something to a shell', () => {
    const program = createProgram(createInstallation({}))
    program.command('odd').description('it’s "odd": $(touch /tmp/odd) `or` \'not\'')
    const zsh = completionScript(program, 'zsh')
    expect(zsh).toContain(`'odd:it’s "odd": $(touch /tmp/odd) \`or\` '\\''not'\\'''`)
    expect(completionScript(program, 'fish')).toContain(`-d 'it’s "odd": $(touch /tmp/odd) \`or\` \\'not\\''`)
  })
})
