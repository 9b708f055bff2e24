import {
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import type { Advanced, IncidentActivities, ShownIncident } from '../activities/incident.ts'
import { incidentName } from '../src/domain/investigate/evidence.ts'
import { type Task, taskId } from '../src/domain/incident/state.ts'
import { searchText } from '../src/domain/incident/incident.ts'
import { searchAttributeNames } from '../src/domain/incident/messages.ts'
import { investigate } from './investigate.ts'
import { stirredSignal, statusQuery } from './messages.ts'
import { review } from './post-mortem.ts'
import { remediation } from './remediation.ts'

export interface IncidentInput {
  readonly incident: number
}

const activities = proxyActivities<IncidentActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '10s' },
})

/** Before an incident whose record cannot be read, for good as it seems, is looked at again: somebody may mend it. */
const patience = '1m'

/**
 * The keeper of one incident, `incident/INC-42`: it waits until something falls due or was decided, brings that to the incident, and runs what is to
 * run beside it. What the incident is and decides stands in its record, so this may begin afresh at any moment.
 */
export async function incident({ incident: number }: IncidentInput): Promise<void> {
  let stirred = 0
  let known: Advanced | null = null
  setHandler(stirredSignal, () => {
    stirred++
  })
  setHandler(statusQuery, () => known)
  const running = new Set<string>()
  const begin = (task: Task) => {
    running.add(taskId(task))
    void keepRunning(number, task).finally(() => {
      stirred++
      running.delete(taskId(task))
    })
  }
  for (;;) {
    const heard = stirred
    const isStirred = () => stirred > heard
    const next = await advance(number)
    if (next === undefined) {
      await condition(isStirred, patience, { summary: 'its record could not be read' })
      continue
    }
    show(number, next.shown, known?.shown)
    known = next
    for (const task of next.tasks) if (!running.has(taskId(task))) begin(task)
    // Once more, in case something was decided while it was looked at: a workflow that returned would not hear of it.
    if (next.over && !isStirred()) return
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof incident>({ incident: number })
    if (next.due === null) await condition(isStirred)
    else await condition(isStirred, next.due.inMs, { summary: searchText(next.due.what) })
  }
}

/** `undefined`: the record cannot be read, and trying again at once would not help. */
async function advance(number: number): Promise<Advanced | undefined> {
  try {
    return await activities.advance({ incident: number })
  } catch (error) {
    if (isCancellation(error)) throw error
    log.error('the incident could not be looked at', { incident: number, error: String(error) })
    return undefined
  }
}

/** Runs a task until it has reported. One that broke off is looked at again after a while: as long as the incident has it, it is run. */
async function keepRunning(number: number, task: Task): Promise<void> {
  try {
    await runTask(number, task)
  } catch (error) {
    if (isCancellation(error)) throw error
    log.error('a task of the incident broke off', {
      incident: number,
      task: taskId(task),
      error: String(error),
    })
    await sleep(patience, { summary: `${taskId(task)} broke off` })
  }
}

async function runTask(incident: number, task: Task): Promise<void> {
  switch (task.kind) {
    case 'investigate':
      await investigate({ incident, stage: task.stage })
      break
    case 'review':
      await startReview(incident)
      break
    case 'remediate':
      await runRemediation(incident, task.opening)
      break
  }
  await activities.advance({ incident, event: { type: 'task-ended', task } })
}

async function startReview(number: number): Promise<void> {
  const name = incidentName(number)
  await startUnlessRunning(() =>
    startChild(review, {
      workflowId: `review/${name}`,
      args: [{ incident: number }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Post-mortem of ${name}`,
    }),
  )
}

/**
 * Its result is reported by itself, so that it outlives this run. What is left to be said here is that one broke off, or that a former run's is over:
 * then nothing is known of its end.
 */
async function runRemediation(incident: number, opening: number): Promise<void> {
  const name = incidentName(incident)
  const workflowId = `remediate/${name}/${opening}`
  const child = await startUnlessRunning(() =>
    startChild(remediation, {
      workflowId,
      args: [{ incident, opening }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `Remediation of ${name}`,
    }),
  )
  if (child === undefined) throw new Error(`${workflowId} was begun by a former run, and reports by itself`)
  await child.result()
}

/** `undefined`: a former run of this workflow, or a person, has started it. */
async function startUnlessRunning<Child>(start: () => Promise<Child>): Promise<Child | undefined> {
  try {
    return await start()
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined
    throw error
  }
}

/** Shows the incident where Temporal's UI looks: search attributes and current details. */
function show(number: number, shown: ShownIncident, before: ShownIncident | undefined): void {
  const { title, service, severity, state, runbook, owner, nowDoing } = shown
  const name = incidentName(number)
  const attributes = [
    keyword('incident', name),
    keyword('state', state),
    keyword('severity', severity),
    keyword('service', service),
    keyword('runbook', runbook ?? 'none'),
  ]
  const isNew =
    before === undefined ||
    before.state !== state ||
    before.severity !== severity ||
    before.service !== service ||
    before.runbook !== runbook
  if (isNew) upsertSearchAttributes(attributes)
  const owned = owner === null ? 'nobody has acknowledged it' : `acknowledged by ${owner}`
  setCurrentDetails(`${name} ${title} (${severity})\n\n${state}, ${owned}\n\n${nowDoing}`)
}

function keyword(name: keyof typeof searchAttributeNames, value: string) {
  return { key: defineSearchAttributeKey(searchAttributeNames[name], 'KEYWORD'), value: searchText(value) }
}
