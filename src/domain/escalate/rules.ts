import type { NotificationRule } from '../configuration/people.ts'
import type { Reachable } from './targets.ts'
import type { Severity } from '../values/severity.ts'

/** A contact to be used, and which rule says so: how long after the step was entered. */
export interface DueRule {
  readonly contact: number
  readonly afterMs: number
}

const atOnce: readonly NotificationRule[] = [{ contact: 0, afterMs: 0 }]

/** A person's rules for a severity, earliest first. Somebody whose rules are silent about it hears by the first contact, at once. */
export function rulesFor({ notify = atOnce }: Reachable, severity: Severity): readonly DueRule[] {
  const mine = notify.filter(({ severities }) => severities?.includes(severity) ?? true)
  const rules = mine.length === 0 ? atOnce : mine
  return rules.map(({ contact, afterMs }) => ({ contact, afterMs })).toSorted((a, b) => a.afterMs - b.afterMs)
}

/**
 * Rules that fell due since the last look, each contact once: after an outage a person gets one message, not one per missed rule.
 * Source: GoAlert fires a rule when `last tick < delay ≤ now`, distinct per contact (engine/npcyclemanager/db.go).
 * @param sinceMs the last look, after the step was entered; `null` for the first
 */
export function dueRules(rules: readonly DueRule[], sinceMs: number | null, nowMs: number): DueRule[] {
  const due = rules.filter(({ afterMs }) => afterMs <= nowMs && (sinceMs === null || afterMs > sinceMs))
  return [...new Map(due.toReversed().map((rule) => [rule.contact, rule])).values()].toReversed()
}

/** How long until the next rule falls due; `null` when none is left. */
export function nextRuleInMs(rules: readonly DueRule[], nowMs: number): number | null {
  const next = rules.find(({ afterMs }) => afterMs > nowMs)
  return next === undefined ? null : next.afterMs - nowMs
}
