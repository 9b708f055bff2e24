import type { Command } from 'commander'
import type { AuditEntry } from '../../domain/access/audit-entry.ts'
import { stampWords } from '../../domain/values/zoned-words.ts'
import { print, table } from '../terminal.ts'
import { api, type Options, reading, timed } from './incidents.ts'

interface AuditOptions extends Options {
  readonly actor?: string
  readonly outcome?: string
  readonly before?: string
  readonly limit?: string
}

/** `audit-log`: who changed what, and who was refused. */
export function addAuditCommand(program: Command): void {
  timed(reading(program, 'audit-log', 'who changed what and who was refused, newest first; for admins'))
    .option('--actor <name>', 'only of this person or sender')
    .option('--outcome <outcome>', 'done, refused or failed')
    .option('--before <id>', 'only older entries than this one')
    .option('--limit <count>', 'how many, at most 500')
    .action(async ({ data, json, ...question }: AuditOptions) => {
      const query = new URLSearchParams(question)
      const path = `/api/v1/audit-log?${query.toString()}`
      const options = { data, ...(json === undefined ? {} : { json }) }
      const { entries, timeZone } = await (await api(options)).get<Listed>(path)
      print(options, entries, () => logText(entries, timeZone))
    })
}

type StoredEntry = AuditEntry & { readonly id: number }

interface Listed {
  readonly entries: readonly StoredEntry[]
  readonly timeZone: string
}

function logText(entries: readonly StoredEntry[], timeZone: string): string {
  if (entries.length === 0) return 'no entries'
  const rows = entries.map(({ id, at, actor, credential, action, target, outcome, reason }) => [
    String(id),
    stampWords(Date.parse(at), timeZone, 'second'),
    actor ?? '-',
    credential ?? '-',
    action,
    target ?? '-',
    outcome,
    reason ?? '',
  ])
  return table(['id', 'at', 'who', 'credential', 'what', 'target', 'outcome', 'reason'], rows)
}
