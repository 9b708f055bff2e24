import type { Command } from 'commander'
import type { AuditEntry } from '../../domain/access/audit-entry.ts'
import { print, table } from '../terminal.ts'
import { api, type Options, reading } from './incidents.ts'

interface AuditOptions extends Options {
  readonly actor?: string
  readonly outcome?: string
  readonly before?: string
  readonly limit?: string
}

/** `audit-log`: who changed what, and who was refused. */
export function addAuditCommand(program: Command): void {
  reading(program, 'audit-log', 'who changed what and who was refused, newest first; for admins')
    .option('--actor <name>', 'only of this person or sender')
    .option('--outcome <outcome>', 'done, refused or failed')
    .option('--before <id>', 'only older entries than this one')
    .option('--limit <count>', 'how many, at most 500')
    .action(async ({ data, json, ...question }: AuditOptions) => {
      const query = new URLSearchParams(question)
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
