import {
  CancellationScope,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import { defineSearchAttributeKey } from '@temporalio/common'
import type { IncidentActivities } from '../activities/incident.ts'
import type { Hold } from '../src/domain/escalate-hold.ts'
import { incidentName } from '../src/domain/evidence.ts'
import {
  searchText,
  type IncidentPlan,
  type IncidentReading,
  type IncidentState,
} from '../src/domain/incident.ts'
import { searchAttributeNames, type Command } from '../src/domain/incident-messages.ts'
import { nothingCarried, type Carried, type Voice } from './incident-carried.ts'
import type { Hearing } from './incident-hearing.ts'

const activities = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/** An escalation under way, from its head start until the last of its pages is sent or called off. */
export interface Paging {
  readonly scope: CancellationScope
  /** Why it is to end; null while it goes on. */
  stopped: string | null
  /** Who goes on hearing although it was stopped. */
  except: readonly string[]
  /** A step was entered: somebody may have been paged. */
  entered: boolean
  /** What holds the next step back. */
  hold: Hold | null
  /** Never rejects. */
  ended: Promise<void>
}

/** Where an incident stands, as its handlers and its plot share it. */
export interface Situation extends Carried {
  readonly incident: number
  /** A scope that only ends with the workflow, wherever it is asked for. */
  readonly newScope: () => CancellationScope
  state: IncidentState
  title: string
  /** An alert changed since the alerts were last read. */
  changed: boolean
  resolvedBy: Command | null
  /** Collections of evidence under way. */
  investigating: number
  /** Present while the remediation ladder is gone down. */
  remediation: CancellationScope | null
  remediationHelped: boolean
  /** What was said is being written. */
  describing: boolean
  /** Everybody who hears of it. */
  hearing: Hearing | null
  /** Ends when pages that nobody needs any more are called off. */
  callingOff: Promise<void>
  /** Until when the present acknowledgement holds. */
  acknowledgementTimer: CancellationScope | null
  /** Whom the incident is being handed over to. */
  handingTo: string | null
  /** How often the alerts were read anew, and the configuration changed. */
  alertLooks: number
  configurationChanges: number
  /** In how long paging does something next, `null` while it waits for nothing but people; absent once that is written. */
  dueInMs: number | null | undefined
  /** The newest escalation; null once its pages are sent or called off. */
  paging: Paging | null
  /** Sends of pages under way. */
  sending: number
  /** How often somebody asked to escalate at once. */
  urges: number
  /** What is under way beside the plot and must not be cut off. */
  background: number
  /** The incident that follows this one under the same key, and an acknowledgement of it that came early. */
  successor: number | null
  successorAcknowledged: Command | null
}

export function beginSituation(incident: number, carried: Carried | undefined): Situation {
  return {
    incident,
    newScope: scopeMaker(),
    state: 'open',
    title: '',
    changed: false,
    resolvedBy: null,
    investigating: 0,
    remediation: null,
    remediationHelped: false,
    describing: false,
    hearing: null,
    callingOff: Promise.resolve(),
    acknowledgementTimer: null,
    handingTo: null,
    alertLooks: 0,
    configurationChanges: 0,
    dueInMs: undefined,
    paging: null,
    sending: 0,
    urges: 0,
    background: 0,
    successor: null,
    successorAcknowledged: null,
    ...(carried ?? nothingCarried),
  }
}

/** Bound to the scope of the workflow itself: one that is made inside another ends with that. */
function scopeMaker(): () => CancellationScope {
  const root = CancellationScope.current()
  return () => new CancellationScope({ cancellable: true, parent: root })
}

/** A workflow that was ended from outside, and is begun again by the next change of an alert, knows from the records who has the incident. */
export function recall(situation: Situation, { acknowledgedBy }: IncidentReading): void {
  if (acknowledgedBy === null || situation.acknowledgedBy !== null) return
  situation.acknowledgedBy = acknowledgedBy
  situation.peopleTookOver = true
  situation.paged = true
}

/** Enters a state, and shows it where Temporal's UI looks: search attributes and current details. */
export function enterState(situation: Situation, plan: IncidentPlan, state: IncidentState): void {
  situation.state = state
  situation.title = `${plan.title} (${plan.severity})`
  upsertSearchAttributes([
    keyword('incident', incidentName(plan.incident)),
    keyword('state', state),
    keyword('severity', plan.severity),
    keyword('service', plan.service),
    keyword('runbook', plan.runbook ?? 'none'),
  ])
  showDetails(situation)
}

/**
 * One sentence for people, for the incident's row and Temporal's UI. It is written in the background: nothing waits for words.
 * @param dueInMs in how long paging does something next, `null` when only people do; absent, as was said before
 */
export function say(situation: Situation, voice: Voice, text: string, dueInMs?: number | null): void {
  situation.said = { ...situation.said, [voice]: text }
  if (dueInMs !== undefined) situation.dueInMs = dueInMs
  showDetails(situation)
  if (situation.describing) return
  situation.describing = true
  inBackground(situation, () => CancellationScope.nonCancellable(() => describe(situation)))
}

/** One write at a time, so that an older sentence never overwrites a newer one. */
async function describe(situation: Situation): Promise<void> {
  let written: string | null = null
  while (written !== nowDoing(situation)) {
    written = nowDoing(situation)
    const { incident, dueInMs } = situation
    situation.dueInMs = undefined
    const due = dueInMs === undefined ? {} : { dueInMs }
    await activities.describeProgress({ incident, text: written, ...due })
  }
  situation.describing = false
}

/** What automation does, and what is done about people. */
export function nowDoing({ said }: Situation): string {
  return [said.automation, said.people].filter((text) => text !== '').join(' · ')
}

/** Runs something beside the plot that must not be cut off when this run of the workflow ends. */
export function inBackground(situation: Situation, work: () => Promise<void>): void {
  situation.background++
  void work().finally(() => {
    situation.background--
  })
}

function showDetails(situation: Situation): void {
  const { incident, title, state, acknowledgedBy } = situation
  const owner = acknowledgedBy === null ? 'nobody has acknowledged it' : `acknowledged by ${acknowledgedBy}`
  setCurrentDetails(`${incidentName(incident)} ${title}\n\n${state}, ${owner}\n\n${nowDoing(situation)}`)
}

function keyword(name: keyof typeof searchAttributeNames, value: string) {
  return { key: defineSearchAttributeKey(searchAttributeNames[name], 'KEYWORD'), value: searchText(value) }
}
