import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { stringify } from 'yaml'
import {
  type AlertmanagerImport,
  AlertmanagerRefused,
  type Extent,
  importAlertmanager,
} from '../alertmanager/import.ts'
import { unreadableReason } from '../config/reason.ts'
import { errorCode, errorMessage } from '../domain/values/error-message.ts'
import { CommandFailed, exitCodes } from './api-client.ts'
import { oneLine, table } from './terminal.ts'

export interface ImportedFile extends AlertmanagerImport {
  /** `firewatch.yaml`. */
  readonly yaml: string
}

const fileName = 'firewatch.yaml'

/** @throws CommandFailed for a file that cannot be read, or that Alertmanager would not take */
export async function importFile(path: string): Promise<ImportedFile> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandFailed(`${path} cannot be read: ${unreadableReason(error)}`, exitCodes.refused)
  })
  try {
    const imported = importAlertmanager(text)
    return { ...imported, yaml: yamlOf(imported, path) }
  } catch (error) {
    if (!(error instanceof AlertmanagerRefused)) throw error
    throw new CommandFailed(
      [`${path} cannot be imported:`, ...error.problems].join('\n  '),
      exitCodes.refused,
    )
  }
}

function yamlOf({ configuration, variables }: AlertmanagerImport, path: string): string {
  const toFill = variables.map(({ name, meaning }) => `#   ${name}: ${oneLine(meaning)}`)
  const head = [
    `# Imported from ${oneLine(basename(path))}. "firewatch config validate" judges it, "firewatch explain" says where an event would go.`,
    ...(toFill.length === 0 ? [] : ['# Variables to be filled in:', ...toFill]),
  ]
  return `${head.join('\n')}\n\n${stringify(configuration, { lineWidth: 0 })}`
}

/**
 * Writes `firewatch.yaml` into a directory; what is there stays.
 * @returns the path of the file
 * @throws CommandFailed when there is one, or it cannot be written
 */
export async function writeImported({ yaml }: ImportedFile, directory: string): Promise<string> {
  const path = join(directory, fileName)
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(path, yaml, { flag: 'wx' })
    return path
  } catch (error) {
    const why =
      errorCode(error) === 'EEXIST'
        ? 'is there already: name another directory, or move it away'
        : `cannot be written: ${errorMessage(error)}`
    throw new CommandFailed(`${path} ${why}`, exitCodes.refused)
  }
}

const words: Readonly<Record<Extent, string>> = { full: 'taken', partly: 'partly', not: 'not taken' }
const order: readonly Extent[] = ['full', 'partly', 'not']

/** What was taken, what only in part and what not, and which variables are to be filled in. */
export function reportText({ report, variables }: AlertmanagerImport): string {
  const rows = order.flatMap((extent) =>
    report.filter((entry) => entry.extent === extent).map(({ path, text }) => [words[extent], path, text]),
  )
  const toFill = variables.map(({ name, meaning }) => [name, meaning])
  return [
    table(['', 'in Alertmanager', 'here'], rows),
    ...(toFill.length === 0 ? [] : ['', table(['to be filled in', 'what it is'], toFill)]),
  ].join('\n')
}
