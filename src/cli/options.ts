import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../domain/values/duration.ts'
import { closest } from '../domain/values/suggestion.ts'

/** What an option can be is judged before anybody is asked, and offered by completion. */

/** An option that is one of these words. */
export function choice(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices(words)
}

/** An option such as `90s`, `15m` or `1h30m`; the action is given the text. */
export function duration(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    if ((parseDuration(text) ?? 0) > 0) return text
    throw new InvalidArgumentError('Write a number with s, m, h, d or w, such as 30m, 1h30m or 2d.')
  })
}

/** An option that is a whole number within bounds, both included; the action is given the number. */
export function wholeNumber(
  flags: string,
  description: string,
  [least, most]: readonly [least: number, most: number],
): Option {
  return new Option(flags, description).argParser((text: string) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= least && number <= most) return number
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`)
  })
}

/**
 * Makes a command take everything that is no option of its own for a person's words, also `-p99` and `--force`. Only what looks like a
 * misspelt option of the command is refused; behind `--` everything is words.
 */
export function takingWords(command: Command): Command {
  return command.allowUnknownOption().hook('preAction', (_, acting) => {
    const options = acting.options.flatMap(({ long }) => long ?? [])
    for (const word of acting.args) {
      const meant = word.startsWith('--') ? closest(word, options) : undefined
      if (meant === undefined || standsBehindDashes(word)) continue
      acting.error(
        `error: unknown option '${word}'\n(Did you mean ${meant}? If it is text, write -- before it.)`,
      )
    }
  })
}

/** Commander itself no longer knows what stood behind `--`. */
function standsBehindDashes(word: string): boolean {
  const dashes = process.argv.indexOf('--')
  return dashes !== -1 && process.argv.indexOf(word) > dashes
}
