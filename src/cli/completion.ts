import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A command by the words that lead to it, and what may follow them. */
interface Place {
  /** `firewatch config validate`. */
  readonly path: string
  readonly words: readonly Word[]
  /** What can only stand behind an option, where it can be certain words. */
  readonly values: readonly { readonly option: string; readonly words: readonly string[] }[]
}

interface Word {
  readonly text: string
  readonly description: string
  /** A command, or a value of an argument; options are not. */
  readonly isOption: boolean
}

/** A script for `shell` that completes the commands below `program`, their options and those arguments and values that can only be certain words. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, program.name())
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](program.name(), places)
}

function placesOf(command: Command, path: string): Place[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  const words = [
    ...commands.map((one) => ({ text: one.name(), description: one.description(), isOption: false })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((text) => ({ text, description, isOption: false })),
    ),
    ...help
      .visibleOptions(command)
      .flatMap(({ long, description }) =>
        long === undefined || long === null ? [] : [{ text: long, description, isOption: true }],
      ),
  ]
  const values = help.visibleOptions(command).flatMap(({ long, argChoices = [] }) => {
    // A shell would redirect to what is completed as `>`.
    const choices = argChoices.filter((word) => /^[\w.-]+$/.test(word))
    return typeof long === 'string' && choices.length > 0 ? [{ option: long, words: choices }] : []
  })
  const below = commands.flatMap((one) => placesOf(one, `${path} ${one.name()}`))
  return [{ path, words, values }, ...below]
}

/** `firewatch incidents --state`, as it stands before the value. */
function valuesOf(places: readonly Place[]): { readonly at: string; readonly words: readonly string[] }[] {
  return places.flatMap(({ path, values }) =>
    values.map(({ option, words }) => ({ at: `${path} ${option}`, words })),
  )
}

/** Paths that a word leads on to; anything else is an argument or an option's value. */
function stepsOf([, ...below]: readonly Place[]): string[] {
  return below.map(({ path }) => path)
}

function bashScript(name: string, places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const choices = words.map(({ text }) => text).join(' ')
    return `    ${quoted(path)}) COMPREPLY=($(compgen -W ${quoted(choices)} -- "$current"));;`
  })
  const values = valuesOf(places).map(
    ({ at, words }) =>
      `    ${quoted(at)}) COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$current")); return;;`,
  )
  return `# ${name} completion for bash: source <(${name} completion bash)
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" at=${name} word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${stepsOf(places).map(quoted).join('|')}) at="$at $word";;
    esac
  done
  COMPREPLY=()
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${cases.join('\n')}
  esac
}
complete -o default -F _${name} ${name}`
}

function zshScript(name: string, places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const choices = words.map(({ text, description }) =>
      quoted(`${text.replaceAll(':', '\\:')}:${description}`),
    )
    return `    ${quoted(path)}) found=(${choices.join(' ')});;`
  })
  const values = valuesOf(places).map(
    ({ at, words }) => `    ${quoted(at)}) compadd -- ${words.map(quoted).join(' ')}; return;;`,
  )
  return `#compdef ${name}
# ${name} completion for zsh: source <(${name} completion zsh)
_${name}() {
  local at=${name} word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${stepsOf(places).map(quoted).join('|')}) at="$at $word";;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${cases.join('\n')}
  esac
  _describe ${name} found || _files
}
compdef _${name} ${name}`
}

function fishScript(name: string, places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, values }) =>
    words.map(({ text, description, isOption }) => {
      const choices = values.find(({ option }) => option === text)?.words
      const value = choices === undefined ? '' : ` -x -a ${quoted(choices.join(' '))}`
      const what = isOption ? `-l ${text.replace(/^--/, '')}${value}` : `-f -a ${text}`
      return `complete -c ${name} -n ${quoted(`__${name}_at "${path}"`)} ${what} -d ${fishQuoted(description)}`
    }),
  )
  return `# ${name} completion for fish: ${name} completion fish | source
function __${name}_at
  set -l at ${name}
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${stepsOf(places).map(quoted).join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`
}

/** One word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
