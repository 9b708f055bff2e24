import { CommanderError } from 'commander'
import { ConfigurationError } from '../config/problems.ts'
import { CommandFailed, exitCodes } from '../cli/api-client.ts'
import { createProgram } from '../cli/program.ts'
import { tell } from '../cli/terminal.ts'
import { SettingsError } from './settings.ts'
import { createInstallation } from './installation.ts'

// A reader such as `head` may have enough before we are through: that is its right and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

// What nobody reads any more is no failure either, and must not change how the command ends.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await createProgram(createInstallation(process.env)).parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  // Commander has said it already, on standard error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (error instanceof SettingsError) {
    tell(error.message)
    return exitCodes.usage
  }
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
