import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../domain/values/duration.ts'
import { readMoment } from '../domain/values/instant-text.ts'
import { isTimeZone } from '../domain/values/time-zone.ts'
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

/** An option that is a time zone, judged by itself. */
export function zone(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    if (isTimeZone(text)) return text
    const hint = closest(text, Intl.supportedValuesOf('timeZone'))
    throw new InvalidArgumentError(
      hint === undefined ? 'Write one such as Europe/Berlin or UTC.' : `(Did you mean ${hint}?)`,
    )
  })
}

/** An option that is an instant, a day, `now` or `+8h`. By whose clock is known later: the action is given the text. */
export function moment(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    if (readMoment(text, 'UTC', 0) !== undefined) return text
    throw new InvalidArgumentError(
      'Write an instant such as 2026-05-01T12:00 or 2026-05-01T12:00Z, a day such as 2026-05-01, now, or +8h.',
    )
  })
}

/** An option that says how far an escalation is, such as `r0/s2`; the action is given the text. */
export function position(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    if (/^r\d{1,4}\/s\d{1,4}$/.test(text)) return text
    throw new InvalidArgumentError('Write the round and the step, such as r0/s2.')
  })
}

/** What is said must be something: a shell variable that is not set leaves an empty word, which is never meant. */
export function refuseEmpty(acting: Command): void {
  for (const option of acting.options) {
    const name = option.attributeName()
    if (acting.getOptionValueSource(name) === 'cli' && acting.getOptionValue(name) === '')
      acting.error(`error: option '${option.flags}' is empty`)
  }
  for (const [at, argument] of acting.registeredArguments.entries()) {
    const given: unknown = acting.processedArgs[at]
    const words = Array.isArray(given) ? given : [given]
    if (words.length > 0 && words.every((word) => typeof word === 'string' && word.trim() === ''))
      acting.error(`error: argument '${argument.name()}' is empty`)
  }
}

/**
 * Makes a command take everything that is no option of its own for a person's words, also `-p99` and `--force`. Only what looks like a
 * misspelt option of the command is refused; behind `--` everything is words.
 */
export function takingWords(command: Command): Command {
  // How many words there may be is judged below, behind the misspelt options that stand among them.
  return command
    .allowUnknownOption()
    .allowExcessArguments()
    .hook('preAction', (_, acting) => {
      const options = acting.options.flatMap(({ long }) => long ?? [])
      for (const word of acting.args) {
        const meant = /^--\S+$/.test(word) ? closest(word, options) : undefined
        if (meant === undefined || standsBehindDashes(word)) continue
        acting.error(
          `error: unknown option '${word}'\n(Did you mean ${meant}? If it is text, write -- before it.)`,
        )
      }
      const { registeredArguments: taken, args } = acting
      if (args.length > taken.length && taken.at(-1)?.variadic !== true)
        acting.error(
          `error: too many arguments for '${acting.name()}': expected ${taken.length}, got ${args.length}: ${args.join(', ')}`,
        )
    })
}

/** Commander itself no longer knows what stood behind `--`. */
function standsBehindDashes(word: string): boolean {
  const dashes = process.argv.indexOf('--')
  return dashes !== -1 && process.argv.indexOf(word) > dashes
}
