import type { PageSettlement } from '../domain/page/state.ts'
import type { CalledOffPage, SenderDependencies } from './dependencies.ts'

/** Ends pages that were called off after they were claimed. */
export async function endCalledOff(
  { outbox, now, ended }: SenderDependencies,
  calledOff: readonly CalledOffPage[],
): Promise<void> {
  for (const one of calledOff) {
    const settled = await outbox.settle(one.page, { settlement: settlementOf(one, now().toISOString()) })
    if (settled?.ended === true) ended?.(settled.page)
  }
}

function settlementOf({ page, why }: CalledOffPage, at: string): PageSettlement {
  return page.unknownTries > 0
    ? { state: 'unknown', at, error: `called off while it was being sent: ${why}` }
    : { state: 'cancelled', at, reason: why }
}
