import { sql } from 'kysely'
import { errorText } from '../domain/page/delivery.ts'
import type { NewPage } from '../domain/escalate/escalate.ts'
import type { Page } from '../domain/page/page.ts'
import type { PageSettlement } from '../domain/page/state.ts'
import type { Database } from './database.ts'
import { fromRow, type PageRow } from './page-rows.ts'

/** How a try is written down. `retryAt`: absent, it was the last. */
export interface PageEnd {
  readonly settlement: PageSettlement
  readonly retryAt?: Date
  /** Takes its place over the person's next contact, when it ends without having reached them. */
  readonly next?: NewPage
  /** Messages that stood no more, in whose place this one stands. */
  readonly replaced?: readonly string[]
}

/** A page after its try: `ended` when no further one follows. */
export interface SettledPage {
  readonly page: Page
  readonly ended: boolean
  /** It was called off while it was being sent: nothing takes its place. */
  readonly calledOff: boolean
}

/**
 * Records what became of a try. One that was called off while it was being sent is not tried again: whether it arrived is unknown, unless it did. Whoever lost
 * the page to another sender may still report that it arrived, and nothing else.
 * @returns `undefined` when the page had its end already, or is another's
 */
export async function settlePage(
  db: Database,
  { id, attempts }: Pick<Page, 'id' | 'attempts'>,
  end: PageEnd,
): Promise<SettledPage | undefined> {
  const { settlement, retryAt } = end
  const at = new Date(settlement.at)
  const { reason, providerId } = detailsOf(settlement)
  const again = retryAt !== undefined
  const isUnknown = settlement.state === 'unknown'
  const isSent = settlement.state === 'sent'
  const { rows } = await sql<PageRow & { called_off: string | null }>`
    UPDATE pages SET
      state = CASE
        WHEN NOT ${again} THEN ${settlement.state}
        WHEN called_off IS NOT NULL THEN 'unknown'
        WHEN ${isUnknown} THEN 'sending'
        ELSE 'failed' END,
      finished_at = CASE WHEN ${again} AND called_off IS NULL THEN NULL ELSE ${at}::timestamptz END,
      due_at = CASE WHEN ${again} THEN ${retryAt ?? at}::timestamptz ELSE due_at END,
      sent_at = CASE WHEN ${isSent} THEN ${at}::timestamptz ELSE sent_at END,
      last_error = CASE WHEN ${again} AND called_off IS NOT NULL THEN 'called off while it was being sent: ' || called_off ELSE ${reason}::text END,
      provider_id = coalesce(${providerId}::text, provider_id)
    WHERE id = ${id} AND finished_at IS NULL AND (${isSent} OR (state = 'sending' AND attempts = ${attempts}))
    RETURNING *
  `.execute(db)
  const [row] = rows
  if (row === undefined) return undefined
  return { page: fromRow(row), ended: row.finished_at !== null, calledOff: row.called_off !== null }
}

function detailsOf(settlement: PageSettlement): { reason: string | null; providerId: string | null } {
  switch (settlement.state) {
    case 'sent':
    case 'delivered':
      return {
        reason: null,
        providerId: settlement.providerId === undefined ? null : errorText(settlement.providerId),
      }
    case 'failed':
    case 'unknown':
      return { reason: errorText(settlement.error), providerId: null }
    case 'cancelled':
      return { reason: errorText(settlement.reason), providerId: null }
  }
}
