/** A failure that the one at the terminal can do something about; ends the command with `exitCode`. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly exitCode: number
  /** Why the server refused it, where it did. */
  readonly refusal: Refusal | undefined
  constructor(message: string, exitCode: number, refusal?: Refusal) {
    super(message)
    this.exitCode = exitCode
    this.refusal = refusal
  }
}

/** As the API answers it. `code` is there where a program can do something about it. */
export interface Refusal {
  readonly error?: string
  readonly problems?: readonly string[]
  readonly code?: string
}

/** What a command that could not be carried out ends with. */
export const exitCodes = {
  unexpected: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  invalidConfiguration: 5,
} as const

/** The same as people read it, in the help and in `docs/cli.md`. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [exitCodes.unexpected, 'an unexpected failure'],
  [exitCodes.usage, 'wrong usage'],
  [exitCodes.unreachable, 'Firewatch, or a part of it that is needed, cannot be reached'],
  [exitCodes.refused, 'refused, or not found'],
  [exitCodes.invalidConfiguration, 'an invalid configuration'],
]
