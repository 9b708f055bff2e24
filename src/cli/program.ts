import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { exitCodeMeanings } from './api-client.ts'
import { addAuditCommand } from './commands/audit-log.ts'
import { addChangeCommands } from './commands/changes.ts'
import { addAlertCommands } from './commands/alerts.ts'
import { addAutomationCommands } from './commands/automation.ts'
import { addCheckCommands } from './commands/checks.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addConfigCommands } from './commands/config.ts'
import { addCredentialCommands } from './commands/credentials.ts'
import { addHeartbeatCommands } from './commands/heartbeats.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addImportCommands } from './commands/import.ts'
import { addIncidentCommands } from './commands/incidents.ts'
import { addInitCommand } from './commands/init.ts'
import { addMaintenanceCommands } from './commands/maintenance.ts'
import { addOnCallCommands } from './commands/on-call.ts'
import { addMergeCommands } from './commands/merging.ts'
import { addOwnershipCommands } from './commands/ownership.ts'
import { addReplayCommand } from './commands/replay.ts'
import { addRunCommands } from './commands/run.ts'
import { addReviewCommands } from './commands/reviews.ts'
import { addSilenceCommands } from './commands/silences.ts'
import { addSimulateCommand } from './commands/simulate.ts'
import { addSqlCommand } from './commands/sql.ts'
import { addTestPageCommand } from './commands/test-page.ts'
import { addWhyCommands } from './commands/why.ts'
import { refuseEmpty } from './options.ts'
import type { Installation } from './installation.ts'

/** The whole command line, in the groups in which its help shows it. */
export function createProgram(installation: Installation): Command {
  const program = new Command('firewatch')
    .description(
      'Incident response that can be trusted at 3 a.m.: checks, guarded remediation, escalation and reviews',
    )
    .version(version(), '-V, --version', 'print the version')
    .showHelpAfterError('(firewatch --help lists the commands)')
    .exitOverride()
    .hook('preAction', (_, acting) => refuseEmpty(acting))
    .addHelpText('after', `\n${exitCodeHelp()}`)

  addRunCommands(program.commandsGroup('Run it:'), installation)
  addIncidentCommands(program.commandsGroup('Incidents:'))
  addReviewCommands(program)
  addOwnershipCommands(program)
  addMergeCommands(program)
  addWhyCommands(program)
  addAutomationCommands(program)
  addMaintenanceCommands(program)
  addAlertCommands(program)
  addChangeCommands(program)
  addSilenceCommands(program)
  program.commandsGroup('On call:')
  addOnCallCommands(program)
  addSimulateCommand(program)
  addExplainCommand(program, installation)
  addTestPageCommand(program)
  program.commandsGroup('Checks:')
  addCheckCommands(program)
  addHeartbeatCommands(program)
  addReplayCommand(program, installation)
  addSqlCommand(program, installation)
  program.commandsGroup('Set it up:')
  addInitCommand(program, installation)
  addCredentialCommands(program, installation)
  addAuditCommand(program)
  addConfigCommands(program, installation)
  addImportCommands(program)
  addCompletionCommand(program)
  return program
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function exitCodeHelp(): string {
  return ['Exit codes:', ...exitCodeMeanings.map(([code, meaning]) => `  ${code}  ${meaning}`)].join('\n')
}
