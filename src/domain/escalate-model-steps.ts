import type { EscalationPolicy } from './configuration.ts'
import { type EscalationPosition, firstPosition, nextPosition, stepAt } from './escalate.ts'
import type { Hold } from './escalate-hold.ts'
import type { ModelEntry, ModelOutcome, ModelWorld } from './escalate-model-world.ts'
import { type DueRule, dueRules, nextRuleInMs, rulesFor } from './escalate-rules.ts'

/** A step's people, from its entry on. */
export interface Cycle extends EscalationPosition {
  readonly enteredMs: number
  readonly each: boolean
  people: readonly string[]
  sinceMs: number
}

/** Where the story stands. */
export interface Standing {
  readonly world: ModelWorld
  readonly entries: ModelEntry[]
  nowMs: number
  policy: EscalationPolicy
  state: ModelOutcome['state']
  owners: string[]
  /** The step that was entered last. */
  at: EscalationPosition | null
  /** What comes next, and when; `null` when nothing does by itself. */
  next: { readonly atMs: number; readonly position: EscalationPosition | null } | null
  hold: Hold | null
  round: number
  cycles: Cycle[]
  releaseMs: number | null
}

/** When a page that was decided on goes out. */
function sentAt({ downMs = [] }: ModelWorld, atMs: number): number {
  return downMs.find(({ from, to }) => from <= atMs && atMs < to)?.to ?? atMs
}

export function nextRuleMs({ world }: Standing, { people, enteredMs, sinceMs }: Cycle): number {
  const waits = people.map((person) => nextRuleInMs(rules(world, person, enteredMs + sinceMs), sinceMs))
  const soonest = Math.min(...waits.map((wait) => wait ?? Infinity))
  return enteredMs + sinceMs + soonest
}

function rules({ rulesOf, severity }: ModelWorld, person: string, atMs: number): readonly DueRule[] {
  const notify = rulesOf(person, atMs)
  return rulesFor({ contacts: [], ...(notify === undefined ? {} : { notify }) }, severity)
}

export function enter(standing: Standing, position: EscalationPosition, urged: boolean): void {
  const { world, nowMs, policy } = standing
  const hold = world.holdOf(policy, position.step, nowMs, urged)
  standing.hold = hold ?? null
  if (hold !== undefined) {
    standing.entries.push({ atMs: nowMs, kind: 'held', reason: hold.reason, ...position })
    standing.next = { atMs: hold.inMs === null ? Infinity : nowMs + hold.inMs, position }
    return
  }
  const step = stepAt(policy, position.step)
  const { notified, empty } = world.resolve(step?.notify ?? [], nowMs)
  const people = notified.map(({ person }) => person)
  standing.at = position
  standing.round = position.round + 1
  const following = nextPosition(policy, position)
  if (people.length === 0) {
    standing.entries.push({ atMs: nowMs, kind: 'skipped', empty, ...position })
    standing.next = { atMs: nowMs, position: following }
    return
  }
  standing.entries.push({ atMs: nowMs, kind: 'step', people, ...position })
  const cycle = { ...position, enteredMs: nowMs, each: step?.acknowledge === 'each', people, sinceMs: 0 }
  for (const person of people) {
    for (const { contact } of dueRules(rules(world, person, nowMs), null, 0))
      page(standing, cycle, person, contact)
  }
  standing.cycles.push(cycle)
  standing.next = { atMs: nowMs + world.ackTimeoutMs(policy, position.step, nowMs), position: following }
}

function page(
  { world, nowMs, entries }: Standing,
  at: EscalationPosition,
  person: string,
  contact: number,
): void {
  const { step, round } = at
  entries.push({ atMs: sentAt(world, nowMs), kind: 'page', person, contact, step, round })
}

/** A message that went out late stands for the rules that fell due before it did. */
export function followRules(standing: Standing, cycle: Cycle): void {
  const elapsed = standing.nowMs - cycle.enteredMs
  for (const person of cycle.people) {
    for (const rule of dueRules(rules(standing.world, person, standing.nowMs), cycle.sinceMs, elapsed)) {
      const dueMs = cycle.enteredMs + rule.afterMs
      const isTold = standing.entries.some(
        (entry) =>
          entry.kind === 'page' &&
          entry.person === person &&
          entry.contact === rule.contact &&
          entry.step === cycle.step &&
          entry.round === cycle.round &&
          entry.atMs >= dueMs,
      )
      if (!isTold) page(standing, cycle, person, rule.contact)
    }
  }
  cycle.sinceMs = elapsed
}

export function exhaust(standing: Standing): void {
  const { world, nowMs, policy, entries } = standing
  const round = standing.round - 1
  entries.push({ atMs: nowMs, kind: 'exhausted', round })
  for (const { person } of world.resolve(policy.fallback, nowMs).notified) {
    entries.push({ atMs: sentAt(world, nowMs), kind: 'page', person, contact: 0, step: 'fallback', round })
  }
  standing.next = null
}

export function runOut(standing: Standing): void {
  const owner = standing.owners.at(-1) ?? 'somebody'
  standing.entries.push({
    atMs: standing.nowMs,
    kind: 'released',
    why: `the acknowledgement of ${owner} ran out`,
  })
  release(standing)
  standing.next = { atMs: standing.nowMs, position: { ...firstPosition, round: standing.round } }
}

export function release(standing: Standing): void {
  standing.state = 'triggered'
  standing.releaseMs = null
}
