import { Command, CommanderError } from 'commander'
import { ConfigurationError } from '../config/problems.ts'
import { CommandFailed, exitCodes } from './api-client.ts'
import { addConfigCommands } from './commands/config.ts'
import { addCredentialCommands } from './commands/credentials.ts'
import { addIncidentCommands } from './commands/incidents.ts'
import { addOwnershipCommands } from './commands/ownership.ts'
import { addReplayCommand } from './commands/replay.ts'
import { addRunCommands } from './commands/run.ts'
import { addWhyCommands } from './commands/why.ts'
import { tell } from './terminal.ts'

const program = new Command('firewatch')
  .description(
    'Incident response that can be trusted at 3 a.m.: checks, guarded remediation, escalation and reviews',
  )
  .showHelpAfterError('(firewatch --help lists the commands)')
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 unexpected failure, 2 wrong usage, 3 Firewatch or a part of it cannot be reached,\n4 refused or not found, 5 invalid configuration.',
  )

addRunCommands(program)
addIncidentCommands(program)
addOwnershipCommands(program)
addWhyCommands(program)
addCredentialCommands(program)
addReplayCommand(program)
addConfigCommands(program)

// A reader such as `head` may have enough before we are through: that is its right and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  // Commander has said it already, on standard error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (error instanceof CommandFailed) {
    tell(error.message)
    return error.exitCode
  }
  if (error instanceof ConfigurationError) {
    tell(error.message)
    return exitCodes.invalidConfiguration
  }
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return exitCodes.unexpected
}
