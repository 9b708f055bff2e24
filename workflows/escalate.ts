import {
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow'
import type { EscalateActivities } from '../activities/escalate.ts'
import { formatDuration } from '../src/domain/duration.ts'
import type { EscalationPosition, PageRef } from '../src/domain/escalate.ts'
import type { Hold } from '../src/domain/escalate-hold.ts'
import type { EnterStepInput, EnterStepResult } from '../src/domain/escalate-messages.ts'
import { inBackground } from './deliver.ts'

const activities = proxyActivities<EscalateActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

export interface Escalation {
  readonly incident: number
  readonly from: EscalationPosition
  /** How often somebody asked for the next step at once, and how many of these are done. */
  readonly urges: () => number
  readonly urgesDone: number
  /** How often the alerts of the incident were looked at anew: a step may wait for more of them. */
  readonly alertLooks: () => number
  /** True when what is left is not to be begun here: another run of the incident goes on with it. */
  readonly handsOn: (at: EscalationPosition) => boolean
  /** A step is held back; `null` once it is not any more. */
  readonly held: (hold: Hold | null) => void
  /** A step was entered. It may be passed at once, when nobody is there to be paged. */
  readonly entered: (at: EscalationPosition, step: EnterStepResult) => void
  /** Where to go after the step that was entered last: an edited policy may have moved that. `null`: the policy is exhausted. */
  readonly next: () => EscalationPosition | null
  /** Sends pages; true when one of them reached somebody. */
  readonly deliver: (pages: readonly PageRef[]) => Promise<boolean>
  /** Sends the pages of a step and, beside the steps, those that its people's own rules ask for later; as `deliver`, for the first. */
  readonly pageStep: (at: EscalationPosition, step: EnterStepResult) => Promise<boolean>
  /** True when no page is being sent. */
  readonly idle: () => boolean
  /** Why paging was stopped, once it is. */
  readonly why: () => string
  /** Who goes on hearing although it was stopped. */
  readonly except: () => readonly string[]
  /** `dueInMs`: when paging does something next; absent while it waits for nothing but people. */
  readonly say: (text: string, dueInMs?: number) => void
}

/**
 * Goes through the policy's steps until somebody acknowledges, which cancels the scope this runs in; pages not yet handed to a provider are
 * then cancelled too. A policy without a further step pages its fallback: nobody is left waiting for silence.
 */
export async function escalate(escalation: Escalation): Promise<void> {
  try {
    const urging = urgingOf(escalation)
    let at: EscalationPosition | null = escalation.from
    while (at !== null && !escalation.handsOn(at)) {
      const next: EscalationPosition | null = await goThroughStep(escalation, urging, at)
      at = next ?? (await exhaust(escalation, urging, at))
    }
  } catch (error) {
    if (isCancellation(error)) {
      const { incident, why, except } = escalation
      const cancelling = { incident, reason: why(), except: except() }
      await CancellationScope.nonCancellable(() => activities.cancelPages(cancelling))
    }
    throw error
  }
}

/** Whether somebody asks for the next step. What they ask for is done when it is entered, or cannot be. */
interface Urging {
  readonly isDue: () => boolean
  readonly done: () => void
}

function urgingOf({ urges, urgesDone }: Escalation): Urging {
  let served = urgesDone
  return {
    isDue: () => urges() > served,
    done: () => {
      served = urges()
    },
  }
}

async function goThroughStep(
  escalation: Escalation,
  urging: Urging,
  at: EscalationPosition,
): Promise<EscalationPosition | null> {
  const step = await enterStep(escalation, urging, at)
  escalation.entered(at, step)
  goOnUnlessCancelled()
  if (step.nobody) return escalation.next()
  let reached: boolean | null = null
  inBackground(escalation.pageStep(at, step), (heard) => {
    reached = heard
  })
  // Only now: the page tells what automation does, and must not wait for a sentence about itself.
  const people = step.people.join(', ')
  const wait = step.ackTimeoutMs
  escalation.say(`Paging ${people} (step ${at.step}); next step in ${formatDuration(wait)}`, wait)
  const summary = `step ${at.step}: waits for an acknowledgement by ${people}`
  await condition(() => reached === false || urging.isDue(), wait, { summary })
  return escalation.next()
}

/** Enters a step as soon as nothing holds it back any more. */
async function enterStep(
  escalation: Escalation,
  urging: Urging,
  at: EscalationPosition,
): Promise<EnterStepResult> {
  const { incident, alertLooks, held, say } = escalation
  for (;;) {
    goOnUnlessCancelled()
    const urged = urging.isDue()
    urging.done()
    const step = await workOutStep({ incident, ...at, urged })
    if (step.hold === null) return step
    const { hold } = step
    held(hold)
    say(`Step ${at.step} waits: ${hold.reason}`, hold.inMs ?? undefined)
    const looks = alertLooks()
    const isOver = () => urging.isDue() || (hold.inMs === null && alertLooks() > looks)
    const summary = `step ${at.step} is held back: ${hold.reason}`
    if (hold.inMs === null) await condition(isOver)
    else await condition(isOver, hold.inMs, { summary })
    held(null)
  }
}

/** Who is paged is worked out and stored as one thing: a cancellation in the middle must leave no page that nobody looks after. */
function workOutStep(input: EnterStepInput): Promise<EnterStepResult> {
  const summary = `who is paged at step ${input.step}`
  return CancellationScope.nonCancellable(() =>
    activities.queueStepPages.executeWithOptions({ summary }, [input]),
  )
}

/** Pages the fallback, and ends once no page is under way. Asked to escalate meanwhile, the steps begin anew. */
async function exhaust(
  escalation: Escalation,
  urging: Urging,
  at: EscalationPosition,
): Promise<EscalationPosition | null> {
  const { incident, idle } = escalation
  urging.done()
  goOnUnlessCancelled()
  const pages = await CancellationScope.nonCancellable(() =>
    activities.queueFallbackPages({ incident, round: at.round }),
  )
  goOnUnlessCancelled()
  inBackground(escalation.deliver(pages))
  const then = pages.length === 0 ? 'there is no fallback to page' : `paging the fallback, ${namesOf(pages)}`
  escalation.say(`Every step is exhausted and nobody acknowledged; ${then}`)
  await condition(() => idle() || urging.isDue())
  return urging.isDue() ? { step: 1, round: at.round + 1 } : null
}

function goOnUnlessCancelled(): void {
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('paging was stopped while a step was entered')
}

function namesOf(pages: readonly PageRef[]): string {
  return pages.map(({ person }) => person).join(', ')
}
