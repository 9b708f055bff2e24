import { userInfo } from 'node:os'
import { didYouMean } from '../domain/values/suggestion.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'

/** As whom somebody acts who runs everything on this machine by `firewatch up`. */
export interface Operator {
  readonly name: string
  /** Whether the configuration knows them; else they have the name of their account on this machine. */
  readonly isConfigured: boolean
}

/**
 * The configured user that was asked for, the only one there is, or the account on this machine.
 * @throws CommandFailed for a name that nobody has
 */
export function operatorOf(
  wanted: string | undefined,
  { users }: Pick<Configuration, 'users'>,
  account = userInfo().username,
): Operator {
  const names = Object.keys(users)
  if (wanted !== undefined && !names.includes(wanted))
    throw new CommandFailed(
      `--as ${wanted}: no user is called so (${namesSentence(names)})${didYouMean(wanted, names)}`,
      exitCodes.usage,
    )
  const [only, ...others] = names
  const name = wanted ?? (only !== undefined && others.length === 0 ? only : account)
  return { name, isConfigured: names.includes(name) }
}

/** How to act as somebody whom the others know. */
export function howToChooseSentence({ name }: Operator, { users }: Pick<Configuration, 'users'>): string {
  return `You act as ${name}, who is not a configured user. To act as one, run "firewatch up --as NAME" (${namesSentence(Object.keys(users))}).`
}

function namesSentence(names: readonly string[]): string {
  return names.length === 0 ? 'no user is configured' : `configured: ${names.join(', ')}`
}
