import { fnv1a64 } from '../values/hash.ts'
import type { Page, PageState } from './page.ts'

/**
 * From which states a page may come to each: news that arrives late never takes it back. `failed` has two sides: while `finishedAt` is open a
 * further try is due, and only then it may be left.
 */
export const pageStatesBefore: Readonly<Record<PageState, readonly PageState[]>> = {
  queued: [],
  // `sending` again: the process that was sending it died.
  sending: ['queued', 'failed', 'sending'],
  sent: ['sending', 'unknown'],
  delivered: ['sending', 'sent', 'unknown'],
  failed: ['queued', 'sending', 'failed'],
  unknown: ['sending'],
  cancelled: ['queued', 'failed'],
}

export function mayBecome(page: Pick<Page, 'state' | 'finishedAt'>, next: PageState): boolean {
  if (page.state === 'failed' && page.finishedAt !== null) return false
  return pageStatesBefore[next].includes(page.state)
}

/** News of a page from its provider, numbered in the order in which it happened. */
export interface DeliveryReport {
  readonly sequence: number
  readonly state: PageState
}

/** Where the news leaves a page, in whatever order it came in: older news never takes newer back. */
export function stateOfReports(reports: readonly DeliveryReport[]): PageState | undefined {
  return reports.toSorted((a, b) => a.sequence - b.sequence).at(-1)?.state
}

/** What became of a page. Instants are ISO 8601 in UTC. */
export type PageSettlement =
  | { readonly state: 'sent' | 'delivered'; readonly at: string; readonly providerId?: string }
  /** Not final: a further try is due. */
  | { readonly state: 'failed'; readonly at: string; readonly error: string; readonly final: boolean }
  | { readonly state: 'unknown'; readonly at: string; readonly error: string }
  | { readonly state: 'cancelled'; readonly at: string; readonly reason: string }

const longestDelayMs = 300_000

/**
 * How long to wait before the next try, when the provider did not say: it doubles from `baseMs` with every try, plus up to a quarter. That
 * spread comes from the page's id, so pages that failed together come back apart, and the gaps of one page always grow.
 */
export function retryDelayMs({ id, attempts }: Pick<Page, 'id' | 'attempts'>, baseMs: number): number {
  const doubled = Math.min(baseMs * 2 ** Math.max(attempts - 1, 0), longestDelayMs)
  const spread = Number.parseInt(fnv1a64(`${id}#${attempts}`).slice(0, 8), 16) / 0xffffffff
  return Math.round(doubled * (1 + spread / 4))
}
