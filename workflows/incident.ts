import {
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyActivities,
  rootCause,
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
  scheduleToCloseTimeout: '10m',
  retry: { maximumInterval: '10s' },
})

/**
 * Before an incident whose record cannot be read is looked at again. An open incident is never given up: its workflow goes on looking, and says in
 * Temporal's UI that it does; the audit of paging tells people of it.
 */
const patienceMs = 60_000

/** A task that broke off at each of so many tries, the pauses doubling from a minute to 16, is given up. */
const mostTries = 6

/**
 * The workflow of one incident, `incident/INC-42`: it waits until something falls due or was decided, brings that to the incident, and runs what is to
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
  const brokeOff = new Map<string, number>()
  const begin = (task: Task) => {
    const id = taskId(task)
    running.add(id)
    void tryTask(number, task, brokeOff.get(id) ?? 0).then(
      (tries) => {
        stirred++
        brokeOff.set(id, tries)
        running.delete(id)
      },
      // Only the end of the whole workflow cancels it.
      () => undefined,
    )
  }
  for (;;) {
    const heard = stirred
    const isStirred = () => stirred > heard
    const next = await advance(number)
    if (next === undefined) {
      await condition(isStirred, patienceMs, { summary: 'its record could not be read' })
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

/**
 * Tries a task once more, and answers how often it has broken off by now. What the incident still has after that is tried again; at the last try it is told
 * that the task was given up.
 */
async function tryTask(incident: number, task: Task, brokeOff: number): Promise<number> {
  try {
    if (!(await runTask(incident, task)))
      await sleep(patienceMs, { summary: `${taskId(task)} was begun by a former run, and reports by itself` })
    return brokeOff
  } catch (error) {
    if (isCancellation(error)) throw error
    const tries = brokeOff + 1
    const reason = rootCause(error) ?? 'unknown'
    log.error('a task of the incident broke off', { incident, task: taskId(task), tries, error: reason })
    if (tries >= mostTries && (await giveUp(incident, task, reason))) return tries
    await sleep(patienceMs * 2 ** Math.min(tries - 1, 4), { summary: `${taskId(task)} broke off` })
    return tries
  }
}

async function giveUp(incident: number, task: Task, failed: string): Promise<boolean> {
  try {
    await activities.advance({ incident, event: { type: 'task-ended', task, failed } })
    return true
  } catch {
    // The record cannot be written: the task stays the incident's, and is tried again with it.
    return false
  }
}

/** Whether it is done and was reported; if not, a former run began it. */
async function runTask(incident: number, task: Task): Promise<boolean> {
  switch (task.kind) {
    case 'investigate':
      await investigate({ incident, stage: task.stage })
      break
    case 'review':
      await startReview(incident)
      break
    case 'remediate':
      if (!(await runRemediation(incident, task.opening))) return false
      break
  }
  await activities.advance({ incident, event: { type: 'task-ended', task } })
  return true
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
 * Its result is reported by itself, so that it outlives this run. What is left to be said here is that one broke off.
 * @returns false when a former run began it, and it still goes on
 */
async function runRemediation(incident: number, opening: number): Promise<boolean> {
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
  await child?.result()
  return child !== undefined
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
