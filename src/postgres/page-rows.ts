import type { Selectable } from 'kysely'
import type { Page, PageKind, PageState } from '../domain/page/page.ts'
import type { Schema } from './schema.ts'

export type PageRow = Selectable<Schema['pages']>

export function fromRow(row: PageRow): Page {
  return {
    id: row.id,
    incident: row.incident,
    kind: row.kind as PageKind,
    step: row.step,
    round: row.round,
    person: row.person,
    channel: row.channel,
    contact: row.contact,
    ruleAfterMs: row.rule_after_ms,
    state: row.state as PageState,
    attempts: row.attempts,
    unknownTries: row.unknown_tries,
    providerId: row.provider_id,
    lastError: row.last_error,
    leader: row.leader,
    createdAt: row.created_at.toISOString(),
    triesUntil: row.tries_until?.toISOString() ?? null,
    sentAt: row.sent_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}
