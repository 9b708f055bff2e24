import type { ConfigurationProcess, ConfigurationStatus } from '../domain/configuration/process.ts'
import { datedWords } from '../domain/values/instant-text.ts'
import type { CommandOutput } from './on-call-reading.ts'
import { table } from './terminal.ts'

/** Which revision each server and worker runs, and what the server's file gives. `isEven`: all run what is wanted. */
export function tellStatus(
  status: ConfigurationStatus,
  timeZone: string,
): CommandOutput & { readonly isEven: boolean } {
  const { wanted, processes, file } = status
  const isEven = processes.every((one) => runsWanted(one, status))
  return {
    isEven,
    value: status,
    text: [
      wanted === null
        ? 'no configuration is wanted yet'
        : `wanted: revision ${wanted.revision}, since ${datedWords(Date.parse(wanted.at), timeZone)}, by ${wanted.by}`,
      processesText(status, timeZone),
      ...processes.flatMap(({ kind, host, pid, problem }) =>
        problem === null ? [] : [`${kind} ${host}/${pid}: ${problem}`],
      ),
      fileWords(file, wanted?.revision ?? null),
    ].join('\n'),
  }
}

/** Which process runs which revision, a line each. */
export function processesText(status: ConfigurationStatus, timeZone: string): string {
  const rows = status.processes.map((one) => [
    `${one.kind} ${one.host}/${one.pid}`,
    one.revision,
    datedWords(Date.parse(one.since), timeZone),
    runsWanted(one, status) ? '' : 'not what is wanted',
  ])
  return rows.length === 0 ? 'no server and no worker runs' : table(['process', 'runs', 'since', ''], rows)
}

export function runsWanted(
  { revision }: ConfigurationProcess,
  { wanted }: Pick<ConfigurationStatus, 'wanted'>,
): boolean {
  return wanted === null || revision === wanted.revision
}

function fileWords({ path, revision, problems }: ConfigurationStatus['file'], wanted: string | null): string {
  if (revision === null) return [`${path} cannot be applied:`, ...problems].join('\n')
  return revision === wanted
    ? `${path}: revision ${revision}, applied`
    : `${path}: revision ${revision}, not applied; "firewatch config plan" says what it changes`
}
