import {
  CancellationScope,
  condition,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import type { EscalateActivities } from '../activities/escalate.ts'
import { firstPosition, type EscalationPosition } from '../src/domain/escalate.ts'
import { incidentName } from '../src/domain/evidence.ts'
import type { FollowUpKind } from '../src/domain/page.ts'
import { followUp, inBackground as sendInBackground } from './deliver.ts'
import { escalate } from './escalate.ts'
import { awaited, deliver, endHearing, pageStep, waitsForRules } from './incident-hearing.ts'
import { inBackground, say, type Paging, type Situation } from './incident-situation.ts'

const activities = proxyActivities<EscalateActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/**
 * Begins to page people, in a cancellation scope of its own, so that an acknowledgement stops paging and nothing else. Lower severities
 * give remediation a head start; then paging begins whatever happened.
 */
export function startEscalation(situation: Situation, remediateFirstMs: number): void {
  if (situation.acknowledgedBy !== null || goesOn(situation.paging)) return
  begin(situation, async (paging) => {
    await headStart(situation, remediateFirstMs)
    await goUpTheSteps(situation, paging, { ...firstPosition, round: situation.round })
  })
}

/** Escalates at once: ends the wait of the present step, or goes on after it when nobody is being paged any more. */
export function continueEscalation(situation: Situation): void {
  situation.urges++
  if (goesOn(situation.paging)) return
  // Somebody had acknowledged and asks for more: whoever is paged now takes over by acknowledging.
  const from = situation.nextStep ?? { ...firstPosition, round: situation.round }
  const before = situation.urges - 1
  begin(situation, (paging) => goUpTheSteps(situation, paging, from, before))
}

/** Puts the steps of another policy in the place of those under way; `from` absent: from the first on. */
export function restartEscalation(situation: Situation, why: string, from?: EscalationPosition): void {
  stopEscalation(situation, why)
  const first = { ...firstPosition, round: situation.round }
  const at = from === undefined ? first : { ...from, round: situation.round }
  begin(situation, (paging) => goUpTheSteps(situation, paging, at))
}

/** Goes on where a former run of the same incident, or a vain attempt to end this one, left off. */
export function resumeEscalation(situation: Situation): void {
  const from = situation.resumeAt
  situation.resumeAt = null
  if (from === null || situation.acknowledgedBy !== null) return
  begin(situation, (paging) => goUpTheSteps(situation, paging, from))
}

/** Stops paging. `except`: whoever must acknowledge too goes on hearing. */
export function stopEscalation(situation: Situation, why: string, except: readonly string[] = []): void {
  const { paging, hearing, incident } = situation
  if (paging !== null && paging.stopped === null) {
    paging.stopped = why
    paging.except = except
    paging.scope.cancel()
  } else if (hearing !== null) {
    situation.callingOff = activities.cancelPages({ incident, reason: why, except })
    inBackground(situation, () => situation.callingOff)
  }
  if (except.length === 0) endHearing(situation)
}

/** The severity rose. Whoever was paged by the same policy is not paged again. */
export function raiseEscalation(
  situation: Situation,
  { policyChanged, why }: { policyChanged: boolean; why: string },
): void {
  const { paging } = situation
  const underWay = goesOn(paging) && paging.entered
  if (situation.acknowledgedBy !== null || (underWay && !policyChanged)) return
  stopEscalation(situation, why)
  startEscalation(situation, 0)
}

/** Tells those whom the policy wants told of a P0, once. */
export function sendNotices(situation: Situation, severity: string): void {
  if (severity !== 'P0' || situation.noticed) return
  situation.noticed = true
  inBackground(situation, async () => {
    const notices = await activities.queueNotices(situation.incident)
    sendInBackground(deliver(situation, notices))
  })
}

/**
 * Tells those who were paged what became of it, once no page is under way any more, in a workflow of its own: a slow provider must not
 * hold the incident's key.
 */
export async function tellEverybody(situation: Situation, kind: FollowUpKind): Promise<void> {
  if (!situation.paged) return
  await condition(() => situation.sending === 0 && !goesDown(situation.paging))
  const name = incidentName(situation.incident)
  const occasion = kind === 'acknowledged' ? situation.acknowledgements++ : 0
  await startChild(followUp, {
    workflowId: `pages/${name}/${kind}/${++situation.changes}`,
    args: [{ incident: situation.incident, kind, occasion }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `Tell those who were paged that ${name} is ${kind}`,
  })
}

function goesOn(paging: Paging | null): paging is Paging {
  return paging !== null && paging.stopped === null
}

/** Stopped, but its pages are not called off yet. */
function goesDown(paging: Paging | null): boolean {
  return paging !== null && paging.stopped !== null
}

/** Begins once whatever was paged before is called off, which would otherwise call off the new pages too. */
function begin(situation: Situation, steps: (paging: Paging) => Promise<void>): void {
  const before = situation.paging?.ended
  const scope = new CancellationScope()
  const ended = Promise.resolve()
  const paging: Paging = { scope, stopped: null, except: [], entered: false, hold: null, ended }
  situation.paging = paging
  paging.ended = scope
    .run(async () => {
      await before
      await situation.callingOff
      await steps(paging)
    })
    .catch((error: unknown) => {
      if (!isCancellation(error)) say(situation, 'people', `Paging broke off: ${String(error)}`, null)
    })
    .finally(() => {
      if (situation.paging === paging) situation.paging = null
    })
}

async function headStart(situation: Situation, forMs: number): Promise<void> {
  if (forMs === 0) return
  const before = situation.urges
  const handedOver = () => situation.remediation === null && !situation.remediationHelped
  await condition(() => situation.urges > before || handedOver(), forMs, {
    summary: 'head start of remediation before the first page',
  })
}

async function goUpTheSteps(
  situation: Situation,
  paging: Paging,
  from: EscalationPosition,
  urgesDone = situation.urges,
): Promise<void> {
  await escalate({
    incident: situation.incident,
    from,
    urges: () => situation.urges,
    urgesDone,
    alertLooks: () => situation.alertLooks,
    handsOn: (at) => at !== from && handsOn(situation, at),
    held: (hold) => {
      paging.hold = hold
    },
    entered: (at, { next }) => {
      paging.entered = true
      situation.at = at
      situation.nextStep = next
      // Begun again, the rounds count on: the pages of each time through are pages of their own.
      situation.round = at.round + 1
    },
    next: () => situation.nextStep,
    deliver: (pages) => deliver(situation, pages),
    pageStep: (at, step) => pageStep(situation, at, step),
    idle: () => situation.sending === 0,
    why: () => paging.stopped ?? 'the incident was cancelled',
    except: () => (situation.hearing === null ? paging.except : awaited(situation.hearing)),
    say: (text, dueInMs) => say(situation, 'people', text, dueInMs ?? null),
  })
}

/** Between two steps a history that has become long may end: nobody waits for anything of this run. */
function handsOn(situation: Situation, at: EscalationPosition): boolean {
  if (!workflowInfo().continueAsNewSuggested) return false
  if (situation.sending > 0 || situation.remediation !== null || waitsForRules(situation)) return false
  situation.resumeAt = at
  situation.changed = true
  return true
}
