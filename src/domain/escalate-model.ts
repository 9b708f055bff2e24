import { firstPosition, keepPosition, nextPosition } from './escalate.ts'
import {
  enter,
  exhaust,
  followRules,
  nextRuleMs,
  release,
  runOut,
  type Standing,
} from './escalate-model-steps.ts'
import type { ModelEvent, ModelOutcome, ModelWorld } from './escalate-model-world.ts'

/** Tells the story until nothing more happens or its time is over. At one instant people come before timers: an acknowledgement wins. */
export function simulateEscalation(world: ModelWorld): ModelOutcome {
  const standing: Standing = {
    world,
    entries: [],
    nowMs: 0,
    policy: world.policy,
    state: 'triggered',
    owners: [],
    at: null,
    next: { atMs: 0, position: firstPosition },
    hold: null,
    round: 0,
    cycles: [],
    releaseMs: null,
  }
  const waiting = world.events.toSorted((a, b) => a.atMs - b.atMs)
  for (;;) {
    const event = waiting[0]
    const timerMs = nextTimerMs(standing)
    if (event !== undefined && event.atMs <= timerMs) {
      if (event.atMs > world.untilMs) break
      waiting.shift()
      standing.nowMs = event.atMs
      take(standing, event)
    } else {
      if (timerMs > world.untilMs) break
      standing.nowMs = workedAt(world, timerMs)
      runTimers(standing, timerMs)
    }
  }
  const { entries, state, owners } = standing
  return { entries, state, acknowledgedBy: owners }
}

/** When work that falls due is done: while nobody works on it, at the end of that time. */
function workedAt({ downMs = [] }: ModelWorld, atMs: number): number {
  return downMs.find(({ from, to }) => from < atMs && atMs < to)?.to ?? atMs
}

function nextTimerMs(standing: Standing): number {
  const rules = standing.cycles.map((cycle) => nextRuleMs(standing, cycle))
  return Math.min(standing.next?.atMs ?? Infinity, standing.releaseMs ?? Infinity, ...rules)
}

function runTimers(standing: Standing, timerMs: number): void {
  const { next, releaseMs } = standing
  if (releaseMs === timerMs) return runOut(standing)
  if (next?.atMs === timerMs) {
    if (next.position === null) return exhaust(standing)
    return enter(standing, next.position, false)
  }
  for (const cycle of standing.cycles) followRules(standing, cycle)
}

function take(standing: Standing, event: ModelEvent): void {
  if (standing.state === 'resolved') {
    const why = 'the incident is resolved; a closed incident never re-opens'
    if (event.kind !== 'look-again') standing.entries.push({ atMs: event.atMs, kind: 'refused', why })
    return
  }
  switch (event.kind) {
    case 'acknowledge':
      return acknowledge(standing, event.by)
    case 'resolve':
      standing.state = 'resolved'
      Object.assign(standing, { next: null, cycles: [], releaseMs: null })
      standing.entries.push({ atMs: event.atMs, kind: 'resolved' })
      return
    case 'escalate':
      return escalateNow(standing, event)
    case 'apply-policy':
      return applyPolicy(standing, event)
    case 'look-again':
      return lookAgain(standing)
  }
}

function acknowledge(standing: Standing, by: string): void {
  const { policy, nowMs } = standing
  standing.owners.push(by)
  standing.entries.push({ atMs: nowMs, kind: 'acknowledged', by })
  for (const cycle of standing.cycles) {
    cycle.people = cycle.each ? cycle.people.filter((person) => person !== by) : []
  }
  standing.cycles = standing.cycles.filter(({ people }) => people.length > 0)
  standing.state = 'acknowledged'
  standing.next = null
  if (policy.acknowledgedForMs !== undefined) standing.releaseMs = nowMs + policy.acknowledgedForMs
}

function escalateNow(standing: Standing, { asOf, atMs }: Extract<ModelEvent, { kind: 'escalate' }>): void {
  const { at, hold, entries } = standing
  const isStale =
    asOf !== undefined &&
    at !== null &&
    (at.round > asOf.round || (at.round === asOf.round && at.step > asOf.step))
  if (isStale || hold?.firm === true) {
    const why = isStale ? 'already escalated' : (hold?.reason ?? '')
    entries.push({ atMs, kind: 'refused', why })
    return
  }
  release(standing)
  // The last step is urged on to the end of the policy; from there on it begins anew.
  if (standing.next !== null && standing.next.position === null) return exhaust(standing)
  // Somebody had acknowledged: what would have come next.
  const following = at === null ? null : nextPosition(standing.policy, at)
  const position = standing.next?.position ?? following ?? { ...firstPosition, round: standing.round }
  enter(standing, position, true)
}

function applyPolicy(standing: Standing, event: Extract<ModelEvent, { kind: 'apply-policy' }>): void {
  const { at, policy: before } = standing
  standing.policy = event.policy
  if (standing.state === 'acknowledged') return
  const kept = event.keep && at !== null ? keepPosition(before, event.policy, at) : null
  if (kept?.entered === true) {
    standing.next = { atMs: standing.next?.atMs ?? standing.nowMs, position: kept.next }
    return
  }
  standing.cycles = []
  enter(standing, { ...(kept?.position ?? firstPosition), round: standing.round }, false)
}

/** Held steps are looked at anew; rules that were changed count from now on, never for what is past. */
function lookAgain(standing: Standing): void {
  for (const cycle of standing.cycles) cycle.sinceMs = standing.nowMs - cycle.enteredMs
  const { hold, next } = standing
  if (hold !== null && hold.inMs === null && next?.position != null) enter(standing, next.position, false)
}
