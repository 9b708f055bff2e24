import { pageId, type NewPage, pagesFor } from '../src/domain/escalate.ts'
import type { RulePagesInput, RulePagesResult } from '../src/domain/escalate-messages.ts'
import type { Page } from '../src/domain/page.ts'
import { type EscalateDependencies, timestamp } from './escalate-dependencies.ts'
import { refOf } from './escalate-page.ts'
import { pagingOf, recipientsAt, soonestRule } from './escalate-step.ts'

/** Queues what people's own rules ask for since the last look. Rules hold as configured now. */
export async function queueRulePages(
  deps: EscalateDependencies,
  { incident, step, round, people, enteredAt, sinceMs, changed, dueMs = null }: RulePagesInput,
): Promise<RulePagesResult> {
  const paging = await pagingOf(deps, incident)
  const at = timestamp(deps)
  const lookedMs = Math.max(Date.parse(at) - Date.parse(enteredAt), sinceMs)
  const notified = people.map((person) => ({ person, via: '' }))
  const isFromNowOn = changed && (dueMs === null || lookedMs < dueMs)
  const recipients = isFromNowOn ? [] : recipientsAt(paging, { notified }, sinceMs, lookedMs)
  const due = pagesFor(incident, { step, round }, recipients, paging.reachable)
  const before = await deps.pages.ofIncident(incident)
  const afterOf = new Map(
    recipients.map((one) => [pageId({ ...address, ...one, incident, step, round }), one.afterMs ?? 0]),
  )
  const pages = due.filter((page) => {
    const dueAt = Date.parse(enteredAt) + (afterOf.get(page.id) ?? 0)
    return !before.some((earlier) => standsFor(earlier, page, dueAt))
  })
  await deps.pages.queue(pages, at)
  return { pages: pages.map(refOf), lookedMs, nextRuleInMs: soonestRule(paging, people, lookedMs) }
}

const address = { kind: 'page' } as const

/**
 * A page of the same step over the same contact that is still waiting, or that went out only after the rule was due, says all that this one
 * would: after an outage a person hears once.
 */
function standsFor(earlier: Page, page: NewPage, dueAt: number): boolean {
  const isSame =
    earlier.kind === 'page' &&
    earlier.id !== page.id &&
    earlier.person === page.person &&
    earlier.contact === page.contact &&
    earlier.step === page.step &&
    earlier.round === page.round
  if (!isSame) return false
  return earlier.finishedAt === null || (earlier.sentAt !== null && Date.parse(earlier.sentAt) >= dueAt)
}
