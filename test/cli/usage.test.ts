import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { createInstallation } from '../../src/app/installation.ts'
import { createProgram } from '../../src/cli/program.ts'

/** What the command line says to these words, and whether it took them for right usage; there is no Firewatch to ask. */
async function run(...words: readonly string[]): Promise<{ readonly said: string; readonly usage: boolean }> {
  let said = ''
  const write = (text: string) => void (said += text)
  const program = createProgram(createInstallation({}))
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)])
    command.configureOutput({ writeOut: write, writeErr: write })
  const ended: unknown = await program
    .parseAsync([...words], { from: 'user' })
    .then(() => undefined)
    .catch((error: unknown) => error)
  return { said, usage: !(ended instanceof CommanderError) || ended.exitCode === 0 }
}

const nowhere = ['--data', '/nowhere']

describe('N39: wrong usage is told before anybody is asked', () => {
  it.each([
    [
      ['incidents', '--state', 'foo'],
      /'--state <state>' argument 'foo' is invalid. Allowed choices are open, monitoring, resolved/,
    ],
    [
      ['severity', 'INC-1', 'P9'],
      /'P9' is invalid for argument 'severity'. Allowed choices are P0, P1, P2, P3/,
    ],
    [['declare', 'down', '--severity', 'high'], /'high' is invalid. Allowed choices are P0, P1, P2, P3/],
    [['simulate', '--policy', 'p.yaml', '--severity', 'p1'], /'p1' is invalid. Allowed choices are P0/],
    [['snooze', 'INC-1', '--for', '1y'], /'1y' is invalid. Write a number with s, m, h, d or w/],
    [['snooze', 'INC-1', '--for', '0'], /'0' is invalid/],
    [['token', 'create', 'ana', '--expires', 'never'], /'never' is invalid. Write a number/],
    [['audit-log', '--outcome', 'lost'], /'lost' is invalid. Allowed choices are done, refused, failed/],
    [['audit-log', '--limit', '0'], /'0' is invalid. Write a whole number from 1 to 500/],
    [['oncall', 'next', '--count', '2.5'], /'2.5' is invalid. Write a whole number from 1 to 1000/],
    [
      ['show', 'INC-1', '--time-zone', 'Europe/Brlin'],
      /'Europe\/Brlin' is invalid. \(Did you mean Europe\/Berlin\?\)/,
    ],
    [
      ['oncall', 'who', '--time-zone', 'nowhere'],
      /'nowhere' is invalid. Write one such as Europe\/Berlin or UTC/,
    ],
    [
      ['oncall', 'who', '--at', 'tomorrow'],
      /'tomorrow' is invalid. Write an instant such as 2026-05-01T12:00/,
    ],
    [
      ['maintenance', 'start', 'shop', '--to', 'soon', '--reason', 'x'],
      /'soon' is invalid. Write an instant/,
    ],
    [['oncall', 'override', 'primary', '--add', 'ana'], /required option '--to <instant>' not specified/],
    [
      ['escalate', 'INC-1', '--as-of', 'step 2'],
      /'step 2' is invalid. Write the round and the step, such as r0\/s2/,
    ],
    [['hand-over', 'INC-1', '--to='], /option '--to <person>' is empty/],
    [['maintenance', 'start', 'shop', '--for', '2h', '--reason', ''], /option '--reason <text>' is empty/],
    [['ack', ''], /argument 'incident' is empty/],
    [['note', 'INC-1', ' '], /argument 'text' is empty/],
    [['sql', '--limt', '5', 'SELECT 1'], /Did you mean --limit\?/],
    [['sql', 'SELECT 1', 'SELECT 2'], /too many arguments for 'sql': expected 1, got 2/],
    [['incidnts'], /Did you mean incidents\?/],
    [['oncall', 'fedd'], /Did you mean feed\?/],
    [['show', 'INC-1', '--jsn'], /Did you mean --json\?/],
    [
      ['note', 'INC-1', '--identifed', 'a bad deploy'],
      /Did you mean --identified\? If it is text, write -- before it/,
    ],
  ])('%j', async (words, expected) => {
    const { said, usage } = await run(...words, ...nowhere)
    expect(usage).toBe(false)
    expect(said).toMatch(expected)
  })

  it.each([
    [['note', 'INC-1', '-p99', 'is', 'high']],
    [['note', 'INC-1', 'it', 'needs', '--force']],
    [['note', '--identified', 'INC-1', 'rolled', 'back', '-v2']],
    [['declare', '-5', '%', 'orders', '--severity', 'P0']],
    [['not-actionable', 'INC-1', '--dry-run', 'of', 'the', 'deploy']],
    [['sql', '-- how many\nSELECT 1']],
    [['sql', '--data', '/nowhere', '-1']],
  ])('takes %j for words', async (words) => {
    expect(await run(...words, ...nowhere)).toEqual({ said: '', usage: true })
  })

  it.each(['--version', '-V'])('tells its version by %s', async (flag) => {
    expect(await run(flag)).toEqual({ said: `${packageJson.version}\n`, usage: true })
  })
})
