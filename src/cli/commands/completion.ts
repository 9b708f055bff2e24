import { Argument, type Command } from 'commander'
import { completionScript, type Shell, shells } from '../completion.ts'
import { print } from '../terminal.ts'

/** `completion`: a script for the shell, made from the commands themselves. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell that is to complete').choices(shells))
    .action((shell: Shell) => print({}, shell, () => completionScript(program, shell)))
}
