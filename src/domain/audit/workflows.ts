import { type Finding, type FindingKind, graceMs } from './audit.ts'
import { isAboutAudit } from './alert.ts'
import type { Check } from '../configuration/configuration.ts'
import { formatDuration } from '../values/duration.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { Incident } from '../incident/incident.ts'

/** A run of a shard of checks is over by then; the schedule's overlap policy lets none begin before. */
export const shardLastsMs = 300_000
/** A workflow task that failed so often, after some 15 seconds, will not mend itself. */
export const failingTaskTries = 5
/** An activity that is tried for ever and failed so often, after two to four minutes, will not mend itself soon. */
export const failingActivityTries = 8
/** A check misses so many runs before it is told of. */
const missedRuns = 4
/** A review is there by then: evidence and a running attempt are waited for first. */
export const reviewAfterMs = 900_000
/** An audit that comes so long after the one before follows an outage: what is late is given its time anew. */
export const auditsInterruptedMs = 180_000

/** A workflow that runs. Instants are ISO 8601 in UTC. */
export interface RunningWorkflow {
  readonly id: string
  readonly runId: string
  readonly type: string
  readonly startedAt: string
  /** By its search attribute; `null` when it is of none. */
  readonly incident: number | null
  /** Its workflow task, which fails again and again. */
  readonly failingTask: Failing | null
  /** An activity that fails and is tried for ever. */
  readonly failingActivity: (Failing & { readonly activity: string }) | null
}

interface Failing {
  readonly tries: number
  readonly reason: string
}

/** A schedule of ours beside what the configuration wants of it. */
export interface ScheduleStanding {
  readonly id: string
  /** Checks that it sets off. */
  readonly checks: readonly string[]
  readonly state: 'running' | 'paused' | 'missing' | 'changed'
  /** Written by whoever paused it. */
  readonly note: string
  /** When it was made or changed last; `null` when it is missing. ISO 8601 in UTC. */
  readonly since: string | null
}

export type IncidentWithoutReview = Pick<Incident, 'number' | 'service' | 'labels'> & {
  readonly resolvedAt: string
}

export interface WorkflowFacts {
  /** Epoch milliseconds. */
  readonly at: number
  /** Since when audits come without interruption. Epoch milliseconds. */
  readonly steadySince: number
  readonly workflows: readonly RunningWorkflow[]
  readonly schedules: readonly ScheduleStanding[]
  readonly checks: Readonly<Record<string, Pick<Check, 'everyMs' | 'bucketMs' | 'lateMs'>>>
  /** Start of the newest bucket that each check was run for, ISO 8601 in UTC. */
  readonly newestBuckets: ReadonlyMap<string, string>
  readonly withoutReview: readonly IncidentWithoutReview[]
  /** Open incidents, by number. */
  readonly open: ReadonlyMap<number, Pick<Incident, 'service' | 'labels'>>
}

/** What is wrong with workflows, schedules, checks and reviews. What is of no open incident is one finding per kind that names the first few. */
export function workflowFindings(facts: WorkflowFacts): Finding[] {
  const { at, workflows, schedules, withoutReview } = facts
  const stateOf = (state: ScheduleStanding['state']) => schedules.filter((one) => one.state === state)
  return [
    ...failingTasks(facts),
    ...failingActivities(facts),
    ...together('hanging-check', 'runs of checks hang, so that no other begins', hanging(workflows, at)),
    ...together('idle-check', 'checks are not evaluated any more', idle(facts)),
    ...together(
      'missing-schedule',
      'schedules of checks are gone or were changed by hand',
      [...stateOf('missing'), ...stateOf('changed')].map(({ id, state }) => `${id} (${state})`),
    ),
    ...together(
      'paused-schedule',
      'schedules of checks are paused, and their checks see nothing until somebody lets them go on',
      stateOf('paused').map(({ id, note }) => `${id} (${note === '' ? 'without a reason' : note})`),
    ),
    ...withoutReview.map((incident) => ({
      kind: 'missing-review' as const,
      incident: incident.number,
      detail: `${incidentName(incident.number)} has no review, though it was resolved at ${incident.resolvedAt}`,
      quiet: isAboutAudit(incident),
    })),
  ]
}

/** Runs of shards that last longer than any may. */
export function isHanging({ type, startedAt }: RunningWorkflow, at: number): boolean {
  return type === 'checkShard' && at - Date.parse(startedAt) > shardLastsMs + graceMs
}

function hanging(workflows: readonly RunningWorkflow[], at: number): string[] {
  return workflows.filter((one) => isHanging(one, at)).map(({ id, startedAt }) => `${id} since ${startedAt}`)
}

function failingTasks({ workflows, open }: WorkflowFacts): Finding[] {
  const what = 'fails at every try and does nothing until a worker can run it: look after it by hand'
  const failing = workflows.flatMap(({ id, incident, failingTask }) =>
    failingTask === null ? [] : [{ id, incident, text: triesText(failingTask) }],
  )
  return perOpenIncident('failing-workflow', failing, what, open)
}

function failingActivities({ workflows, open }: WorkflowFacts): Finding[] {
  const what = 'waits for an activity that fails at every try'
  const failing = workflows.flatMap(({ id, incident, failingActivity }) =>
    failingActivity === null
      ? []
      : [{ id, incident, text: `${failingActivity.activity}, ${triesText(failingActivity)}` }],
  )
  return perOpenIncident('failing-activity', failing, what, open)
}

function triesText({ tries, reason }: Failing): string {
  return `${tries} tries: ${reason}`
}

interface Suspect {
  readonly id: string
  readonly incident: number | null
  readonly text: string
}

function perOpenIncident(
  kind: FindingKind,
  told: readonly Suspect[],
  what: string,
  open: WorkflowFacts['open'],
): Finding[] {
  const groups = Map.groupBy(told, ({ incident }) =>
    incident !== null && open.has(incident) ? incident : null,
  )
  return [...groups].flatMap(([incident, own]) => {
    const named = own.map(({ id, text }) => `${id} (${text})`)
    if (incident === null) return together(kind, `a workflow ${what}`, named)
    const about = open.get(incident)
    const detail = `${incidentName(incident)}: its workflow ${what}: ${listed(named)}`
    return [{ kind, incident, detail, quiet: about !== undefined && isAboutAudit(about) }]
  })
}

function idle({ at, steadySince, schedules, checks, newestBuckets }: WorkflowFacts): string[] {
  return schedules
    .filter(({ state }) => state === 'running')
    .flatMap(({ checks: names, since }) =>
      names.flatMap((name) => {
        const check = checks[name]
        if (check === undefined) return []
        const newest = newestBuckets.get(name)
        const evaluated = newest === undefined ? 0 : Date.parse(newest) + check.bucketMs + check.lateMs
        const countsFrom = Math.max(evaluated, Date.parse(since ?? ''), steadySince)
        if (at <= countsFrom + missedRuns * check.everyMs + graceMs) return []
        const last = newest === undefined ? 'never was' : `last the bucket of ${newest}`
        return [`${name} (every ${formatDuration(check.everyMs)}, ${last})`]
      }),
    )
}

function together(kind: FindingKind, what: string, named: readonly string[]): Finding[] {
  return named.length === 0
    ? []
    : [{ kind, incident: null, detail: `${what}: ${listed(named)}`, quiet: false }]
}

const mostNamed = 3

function listed(named: readonly string[]): string {
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : ''
  return `${named.slice(0, mostNamed).join('; ')}${more}`
}
