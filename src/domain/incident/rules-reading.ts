import { type NewPage, pagesFor, type Recipient } from '../escalate/escalate.ts'
import { quietHold } from '../escalate/hold.ts'
import { dueRules, nextRuleInMs, rulesFor } from '../escalate/rules.ts'
import type { Page } from '../page/page.ts'
import type { Reading } from './effect.ts'
import type { ReadingEvent } from './event.ts'
import type { PagingWorld } from './paging-world.ts'

/** A hold that says no end is looked at so often. */
const longestQuietLookMs = 60_000

/** No rule was looked at yet, not even those for at once. */
const beforeAll = -1

/* What people's own rules ask for at a moment after their step was entered. */

export function rulesReading(
  world: PagingWorld,
  { cycle, why }: Extract<Reading, { type: 'read-rules' }>,
  at: number,
): ReadingEvent {
  const { id, people, enteredAt, sinceMs, dueAt, step, round } = cycle
  const lookedMs = Math.max(at - enteredAt, sinceMs)
  // Rules that were changed count from now on; one that fell due before the change was noticed counts.
  const fromNowOn = why === 'changed' && (dueAt === null || at < dueAt)
  const rose = why === 'severity-rose'
  const recipients = fromNowOn ? [] : dueOf(world, people, rose ? null : sinceMs, lookedMs)
  const pages = pagesFor(world.incident, { step, round }, recipients, world.reachable).filter((page) => {
    return !world.pages.some((earlier) =>
      rose ? isOver(earlier, page) : standsFor(earlier, page, enteredAt + page.ruleAfterMs),
    )
  })
  const hold = pages.length === 0 ? undefined : quietHold({ ...world, at })
  // What fell due meanwhile is looked at again when that ends.
  if (hold !== undefined) {
    const kept = rose ? beforeAll : sinceMs
    const nextRuleInMs = lookedMs - kept + (hold.inMs ?? longestQuietLookMs)
    return { type: 'rules-read', cycle: id, pages: [], lookedMs: kept, nextRuleInMs }
  }
  return {
    type: 'rules-read',
    cycle: id,
    pages,
    lookedMs,
    nextRuleInMs: soonestRule(world, people, lookedMs),
  }
}

/**
 * A page of the same step over the same contact that is still waiting, or that went out only after the rule was due, says all that this one
 * would: after an outage a person hears once.
 */
function standsFor(earlier: Page, page: NewPage, dueAt: number): boolean {
  if (earlier.id === page.id || !isOver(earlier, page)) return false
  return earlier.finishedAt === null || (earlier.sentAt !== null && Date.parse(earlier.sentAt) >= dueAt)
}

/** Whether it goes over the same contact for the same step. */
function isOver(earlier: Page, page: NewPage): boolean {
  return (
    earlier.kind === 'page' &&
    earlier.person === page.person &&
    earlier.contact === page.contact &&
    earlier.step === page.step &&
    earlier.round === page.round
  )
}

/** Who rules say is to be paged at a moment after the step was entered, for whom they were last looked at `sinceMs`. */
export function dueOf(
  { severity, reachable }: PagingWorld,
  people: readonly string[],
  sinceMs: number | null,
  nowMs: number,
): Recipient[] {
  return people.flatMap((person) => {
    const how = reachable(person)
    const rules = how === undefined ? [] : rulesFor(how, severity)
    return dueRules(rules, sinceMs, nowMs).map((due) => ({ person, ...due }))
  })
}

/** How long until the first of the rules of these people falls due; `null` when none is left. */
export function soonestRule(
  { severity, reachable }: PagingWorld,
  people: readonly string[],
  nowMs: number,
): number | null {
  const waits = people.flatMap((person) => {
    const how = reachable(person)
    return how === undefined ? [] : (nextRuleInMs(rulesFor(how, severity), nowMs) ?? [])
  })
  return waits.length === 0 ? null : Math.min(...waits)
}
