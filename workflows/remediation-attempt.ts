import {
  CancellationScope,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow'
import type { RemediateActivities } from '../activities/remediate.ts'
import {
  type ActResult,
  knownAct,
  type KnownAct,
  type NotProbed,
} from '../src/domain/remediate/act-result.ts'
import type { Explanation } from '../src/domain/remediate/explanation.ts'
import { explanationSentence } from '../src/domain/remediate/explanation-words.ts'
import { nextAfter, type Ending, type PlacedRung } from '../src/domain/remediate/remediate.ts'
import type { AttemptOutcome, Effect } from '../src/domain/remediate/remediation.ts'
import type { Judgement } from '../src/domain/remediate/verify.ts'
import { answeredIn, neverLeft, reasonOf } from './remediation-failures.ts'

export interface AttemptInput {
  /** `INC-42/a1`. */
  readonly attempt: string
  readonly rung: PlacedRung
  /** How often new measurements come in. */
  readonly sampleEveryMs: number
}

/** Verification looks at most this often in its time: it bounds the history. */
const mostLooks = 30
/** An act that no worker took up for this long is not begun any more: what it was decided on has aged. */
const takenUpWithinMs = 60_000
/** Loading before and storing after the action's own time limit. */
const aroundTheActMs = 10_000

/**
 * Reads and decisions. About half a minute of failures is waited out; then the attempt goes on without them, which before the act means that
 * there is none. Time without a worker does not count.
 */
const looks = proxyActivities<RemediateActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 6 },
})

/** What must be written down is tried for as long as a store may be away; until then the target stays locked. */
const records = proxyActivities<RemediateActivities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1d',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
})

/**
 * One attempt on one target, from the lease to what came of it. Its id `remediation/<target>` is the lock; it outlives its incident,
 * because an act that was begun is verified.
 */
export async function remediationAttempt(input: AttemptInput): Promise<Ending> {
  const progress: Progress = { effect: null }
  try {
    return await finish(input, await goThrough(input, progress))
  } catch (error) {
    if (!isCancellation(error)) throw error
    return CancellationScope.nonCancellable(() => finish(input, cancelled(progress)))
  }
}

interface Progress {
  /** Null until something may have reached the target. */
  effect: Effect | null
}

async function goThrough(input: AttemptInput, progress: Progress): Promise<Ending> {
  show(input, 'Takes the lease')
  const fence = await takeFence(input)
  if (typeof fence !== 'number') return fence
  show(input, 'Takes a last look before the act')
  const readiness = await prepare(input)
  if (!readiness.ready) return readiness.ending

  show(input, 'Acts')
  const known = await CancellationScope.nonCancellable(() => actAndFindOut(input, fence, progress))
  return known.effect === 'done' ? verify(input) : ending('unknown', known.effect, known.explanation)
}

async function takeFence(input: AttemptInput): Promise<number | Ending> {
  try {
    const summary = `fence for ${input.rung.step.target}`
    const taken = await looks.takeFence.executeWithOptions({ summary }, [{ attempt: input.attempt }])
    return taken.granted ? taken.fence : taken.ending
  } catch (error) {
    return unreadGuards(error)
  }
}

async function prepare(input: AttemptInput) {
  try {
    const summary = 'measure before the act, ask the guards again'
    return await looks.prepareAttempt.executeWithOptions({ summary }, [{ attempt: input.attempt }])
  } catch (error) {
    return { ready: false, ending: unreadGuards(error) } as const
  }
}

/** Actions fail closed. */
function unreadGuards(error: unknown): Ending {
  if (isCancellation(error)) throw error
  const explanation = { kind: 'guards-unread', reason: reasonOf(error) } as const
  return { outcome: 'refused', explanation, next: 'hand-over' }
}

/** The act, and when its effect stayed unknown a look at what became of it: never a blind second act. */
async function actAndFindOut(input: AttemptInput, fence: number, progress: Progress): Promise<KnownAct> {
  const { attempt, rung } = input
  progress.effect = 'unknown'
  const acted = await act(input, fence)
  await records.recordEffect({ attempt, step: 'acted', ...acted })
  progress.effect = acted.effect
  if (acted.effect !== 'unknown') return knownAct(rung.step, acted)

  show(input, 'Finds out whether the action took place')
  const found = await findOut(input, fence)
  await records.recordEffect(
    'probed' in found ? { attempt, step: 'not-probed', ...found } : { attempt, step: 'probed', ...found },
  )
  progress.effect = found.effect
  return knownAct(rung.step, acted, found)
}

async function act({ attempt, rung }: AttemptInput, fence: number): Promise<ActResult> {
  const { action, target, timeoutMs } = rung.step
  const once = proxyActivities<RemediateActivities>({
    startToCloseTimeout: timeoutMs + aroundTheActMs,
    scheduleToStartTimeout: takenUpWithinMs,
    retry: { maximumAttempts: 1 },
    summary: `${action} on ${target}, fence ${fence}`,
  })
  try {
    return await once.act({ attempt, fence, timeoutMs })
  } catch (error) {
    return { effect: neverLeft(error) ? 'not-done' : 'unknown', summary: reasonOf(error) }
  }
}

/** A request that timed out may still be under way: "not applied" counts when the target says so again one time limit later. */
async function findOut(input: AttemptInput, fence: number): Promise<ActResult | NotProbed> {
  const first = await probe(input, fence)
  if (first.effect !== 'not-done') return first
  await sleep(input.rung.step.timeoutMs, { summary: 'a late request may still arrive' })
  return probe(input, fence)
}

async function probe({ attempt, rung }: AttemptInput, fence: number): Promise<ActResult | NotProbed> {
  const { action, target, timeoutMs } = rung.step
  const patient = proxyActivities<RemediateActivities>({
    startToCloseTimeout: timeoutMs + aroundTheActMs,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s', maximumAttempts: 6 },
    summary: `was ${action} on ${target} carried out?`,
  })
  try {
    return await patient.probe({ attempt, fence, timeoutMs })
  } catch (error) {
    return { effect: 'unknown', summary: answeredIn(error) ?? reasonOf(error) }
  }
}

/** Waits for samples newer than the act. When they do not come in time the wait is extended once; then people decide. */
async function verify({ attempt, rung, sampleEveryMs }: AttemptInput): Promise<Ending> {
  const { action, target, verify: wanted } = rung.step
  const everyMs = Math.min(wanted.withinMs, Math.max(sampleEveryMs, Math.ceil(wanted.withinMs / mostLooks)))
  const looksWithin = Math.ceil(wanted.withinMs / everyMs)
  let last: Explanation | null = null
  for (let look = 1; look <= 2 * looksWithin; look++) {
    const extended = look > looksWithin ? ', extended once' : ''
    show({ attempt, rung }, `Verifies: waits for samples newer than the act${extended}. ${wordsOf(last)}`)
    await sleep(everyMs, { summary: `samples newer than the act, look ${look} of ${looksWithin}${extended}` })
    const judgement = await judge(attempt, wanted, `did ${action} on ${target} help? look ${look}`)
    if (judgement.outcome !== 'waiting') return ending(judgement.outcome, 'done', judgement.explanation)
    last = judgement.explanation
  }
  return ending('unknown', 'done', { kind: 'not-measured', withinMs: 2 * wanted.withinMs, last })
}

function wordsOf(explanation: Explanation | null): string {
  return explanation === null ? '' : explanationSentence(explanation)
}

/** What is known of the act now: `waiting` as well when the measurements cannot be read. */
type Known = { readonly outcome: Judgement['outcome']; readonly explanation: Explanation }

async function judge(attempt: string, verify: PlacedRung['step']['verify'], summary: string): Promise<Known> {
  try {
    return await looks.verifyAttempt.executeWithOptions({ summary }, [{ attempt, verify }])
  } catch (error) {
    if (isCancellation(error)) throw error
    const explanation = { kind: 'measurements-unread', reason: reasonOf(error) } as const
    return { outcome: 'waiting', explanation }
  }
}

async function finish({ attempt, rung }: AttemptInput, end: Ending): Promise<Ending> {
  const { outcome, explanation } = end
  const summary = `record: ${outcome}`
  await records.finishAttempt.executeWithOptions({ summary }, [{ attempt, outcome, explanation }])
  show({ attempt, rung }, explanationSentence(explanation))
  return end
}

function cancelled({ effect }: Progress): Ending {
  if (effect === null) {
    return { outcome: 'refused', explanation: { kind: 'cancelled', before: 'act' }, next: 'hand-over' }
  }
  const explanation = { kind: 'cancelled', before: 'verification' } as const
  return { outcome: 'unknown', explanation, next: 'hand-over' }
}

function ending(
  outcome: Exclude<AttemptOutcome, 'refused'>,
  effect: Effect,
  explanation: Explanation,
): Ending {
  return { outcome, explanation, next: nextAfter(outcome, effect) }
}

function show({ attempt, rung }: Pick<AttemptInput, 'attempt' | 'rung'>, text: string): void {
  const { action, target } = rung.step
  setCurrentDetails(`${attempt}: ${action} on ${target}, rung ${rung.number} of ${rung.of}\n\n${text}`)
}
