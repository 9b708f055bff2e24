import { CancellationScope, condition, proxyActivities } from '@temporalio/workflow'
import type { EscalateActivities } from '../activities/escalate.ts'
import type { EscalationPosition, PageRef } from '../src/domain/escalate.ts'
import type { EnterStepResult } from '../src/domain/escalate-messages.ts'
import { deliverAll, inBackground } from './deliver.ts'
import type { Situation } from './incident-situation.ts'

const activities = proxyActivities<EscalateActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/** The people of one step, from its entry until each of them need not hear any more: a later step does not end it. */
interface Cycle {
  people: readonly string[]
  /** Each of them must acknowledge. */
  readonly each: boolean
  /** A personal rule falls due later. */
  waiting: boolean
}

/** Everybody who hears of an incident. It outlasts the steps: people's own rules go on when those are exhausted. */
export interface Hearing {
  readonly scope: CancellationScope
  cycles: readonly Cycle[]
}

/** Sends pages until nobody is to hear of the incident any more; true when one of them reached somebody. */
export async function deliver(situation: Situation, pages: readonly PageRef[]): Promise<boolean> {
  if (pages.length === 0) return false
  situation.paged = true
  situation.sending++
  try {
    return await hearingOf(situation).scope.run(() => deliverAll(pages))
  } finally {
    situation.sending--
  }
}

/** Sends the pages of a step, and later those that its people's own rules ask for. */
export function pageStep(
  situation: Situation,
  at: EscalationPosition,
  step: EnterStepResult,
): Promise<boolean> {
  const { people, awaited, nextRuleInMs } = step
  const cycle: Cycle = { people, each: awaited.length > 0, waiting: nextRuleInMs !== null }
  const hearing = hearingOf(situation)
  hearing.cycles = [...hearing.cycles, cycle]
  inBackground(hearing.scope.run(() => followRules(situation, cycle, at, step)).then(() => true))
  // Nobody's rules ask for a page at once: that is no failure to reach anybody.
  return step.pages.length === 0 ? Promise.resolve(true) : deliver(situation, step.pages)
}

/** Who goes on hearing once `actor` acknowledged: the others of steps that each must acknowledge. */
export function quiet({ hearing }: Situation, actor: string): readonly string[] {
  if (hearing === null) return []
  for (const cycle of hearing.cycles) {
    cycle.people = cycle.each ? cycle.people.filter((person) => person !== actor) : []
  }
  hearing.cycles = hearing.cycles.filter(({ people }) => people.length > 0)
  return awaited(hearing)
}

/** Nobody is to hear any more. */
export function endHearing(situation: Situation): void {
  const { hearing } = situation
  situation.hearing = null
  for (const cycle of hearing?.cycles ?? []) cycle.people = []
  hearing?.scope.cancel()
}

export function awaited({ cycles }: Hearing): readonly string[] {
  return [...new Set(cycles.flatMap(({ people }) => people))]
}

/** True while somebody's own rules ask for a page that is not due yet: another run would not know of it. */
export function waitsForRules({ hearing }: Situation): boolean {
  return hearing !== null && hearing.cycles.some(({ waiting }) => waiting)
}

function hearingOf(situation: Situation): Hearing {
  situation.hearing ??= { scope: situation.newScope(), cycles: [] }
  return situation.hearing
}

/** Pages people as their own rules ask for. When none is left to fall due, a change of the rules may still bring one. */
async function followRules(
  situation: Situation,
  cycle: Cycle,
  at: EscalationPosition,
  { enteredAt, nextRuleInMs }: EnterStepResult,
): Promise<void> {
  let sinceMs = 0
  let waitMs = nextRuleInMs
  for (;;) {
    const due = await untilDue(situation, cycle, waitMs, `personal rules of step ${at.step}`)
    if (cycle.people.length === 0) return
    const { incident } = situation
    const dueMs = waitMs === null ? null : sinceMs + waitMs
    const looking = { incident, ...at, people: cycle.people, enteredAt, sinceMs, changed: !due, dueMs }
    const found = await CancellationScope.nonCancellable(() => activities.queueRulePages(looking))
    inBackground(deliver(situation, found.pages))
    sinceMs = found.lookedMs
    waitMs = found.nextRuleInMs
    cycle.waiting = waitMs !== null
  }
}

/** True when the time has come, false when there is something else to look at. */
async function untilDue(
  situation: Situation,
  cycle: Cycle,
  waitMs: number | null,
  summary: string,
): Promise<boolean> {
  const before = situation.configurationChanges
  const isChanged = () => situation.configurationChanges > before || cycle.people.length === 0
  if (waitMs === null) return condition(isChanged).then(() => false)
  return !(await condition(isChanged, waitMs, { summary }))
}
