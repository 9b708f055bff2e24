import type { Command } from 'commander'
import type { AuditEntry } from '../../domain/access/audit-entry.ts'
import { choice, wholeNumber } from '../options.ts'
import { print, table } from '../terminal.ts'
import { api, type Options, reading } from './incidents.ts'

interface AuditOptions extends Options {
  readonly actor?: string
  readonly outcome?: string
  readonly before?: number
  readonly limit?: number
}

/** `audit-log`: who changed what, and who was refused. */
export function addAuditCommand(program: Command): void {
  reading(program, 'audit-log', 'who changed what and who was refused, newest first; for admins')
    .option('--actor <name>', 'only of this person or sender')
    .addOption(choice('--outcome <outcome>', 'only those with it', ['done', 'refused', 'failed']))
    .addOption(wholeNumber('--before <id>', 'only older entries than this one', [1, Number.MAX_SAFE_INTEGER]))
    .addOption(wholeNumber('--limit <count>', 'how many, at most 500', [1, 500]))
    .action(async ({ data, json, ...question }: AuditOptions) => {
      const query = new URLSearchParams(
        Object.entries(question).map(([name, value]) => [name, String(value)]),
      )
      const path = `/api/v1/audit-log?${query.toString()}`
      const options = { data, ...(json === undefined ? {} : { json }) }
      const { entries } = await (await api(options)).get<{ entries: StoredEntry[] }>(path)
      print(options, entries, () => logText(entries))
    })
}

type StoredEntry = AuditEntry & { readonly id: number }

function logText(entries: readonly StoredEntry[]): string {
  if (entries.length === 0) return 'no entries'
  const rows = entries.map(({ id, at, actor, credential, action, target, outcome, reason }) => [
    String(id),
    at.slice(0, 19).replace('T', ' '),
    actor ?? '-',
    credential ?? '-',
    action,
    target ?? '-',
    outcome,
    reason ?? '',
  ])
  return table(['id', 'at (UTC)', 'who', 'credential', 'what', 'target', 'outcome', 'reason'], rows)
}
