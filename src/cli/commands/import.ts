import type { Command } from 'commander'
import { print, tell } from '../terminal.ts'

interface Options {
  readonly out: string
  readonly json?: boolean
}

/** `import`: configurations of other systems, turned into ours. */
export function addImportCommands(program: Command): void {
  program
    .command('import')
    .description('turn the configuration of another system into firewatch.yaml')
    .command('alertmanager <file>')
    .description(
      'routes, receivers, inhibition and time intervals of an Alertmanager, and what could not be taken',
    )
    .option('--out <directory>', 'write firewatch.yaml into this directory; by default - prints it', '-')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Options) => {
      const { importFile, reportText, writeImported } = await import('../import-command.ts')
      const imported = await importFile(file)
      const isPrinted = options.out === '-'
      const written = isPrinted ? null : await writeImported(imported, options.out)
      const { yaml, report, variables } = imported
      if (isPrinted && options.json !== true) tell(reportText(imported))
      print(options, { file: written, configuration: yaml, report, variables }, () =>
        isPrinted ? yaml.trimEnd() : `${written} written\n\n${reportText(imported)}`,
      )
    })
}
