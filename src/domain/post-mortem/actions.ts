import { Temporal } from 'temporal-polyfill'
import {
  endCauses,
  groundsOf,
  nodesUnder,
  type CauseNode,
  type CauseTree,
} from '../investigate/cause-tree.ts'
import type { Sources } from './records.ts'
import type { ActionTemplate } from '../investigate/runbook.ts'
import type { Severity } from '../values/severity.ts'

/** What is to be done so that it does not happen, is seen or is ended sooner. Text is as the runbook has it. */
export interface ReviewAction {
  /** `INC-42/A1`. */
  readonly id: string
  /** Counts in the order of the runbook, so that it stays the same when others are proposed too. */
  readonly number: number
  readonly type: ActionTemplate['type']
  readonly title: string
  readonly doneWhen: string
  /** `null` is a gap that the rubric reports. */
  readonly owner: string | null
  /** A day, `2026-12-01`; `null` where no time of the incident says from when to count. */
  readonly due: string | null
  readonly cause: string
  readonly priority: ActionTemplate['priority']
}

/** An action of the runbook that is not proposed, and why. */
export interface RejectedAction {
  readonly title: string
  readonly cause: string
  readonly why: string
}

/** An end cause that nothing is planned against: somebody has to accept it by name, or plan something. */
export interface OpenRisk {
  readonly cause: string
  readonly claim: string
}

export interface ReviewActions {
  readonly proposed: readonly ReviewAction[]
  readonly rejected: readonly RejectedAction[]
  readonly openRisks: readonly OpenRisk[]
}

/** Days until an action is due. SEV1 is P0 and P1, SEV2 is P2, SEV3 is P3; a guard keeps the same thing from happening meanwhile. */
const dueDays: Readonly<Record<Severity, Readonly<Record<ActionTemplate['priority'], number>>>> = {
  P0: { guard: 7, rest: 28 },
  P1: { guard: 7, rest: 28 },
  P2: { guard: 14, rest: 56 },
  P3: { guard: 90, rest: 90 },
}

/** The runbook's actions against causes that the records leave standing, with owners and due dates. */
export function actionsOf(sources: Sources, trees: readonly CauseTree[]): ReviewActions {
  const { runbook } = sources.records
  const nodes = new Map(
    trees.flatMap(({ causes }) => causes.flatMap(nodesUnder)).map((node) => [node.id, node]),
  )
  const grounds = new Map(trees.flatMap(({ causes }) => [...groundsOf(causes)]))
  const doubtAbout = (id: string) => whyNot(nodes.get(id), grounds.get(id))
  const judged = (runbook?.actions ?? []).map((template, index) => ({
    template,
    number: index + 1,
    why: doubtAbout(template.cause),
  }))
  const taken = judged.filter(({ why }) => why === undefined)
  const covered = new Set(taken.map(({ template: { cause } }) => cause))
  const ends = trees.flatMap(({ causes }) => endCauses(causes))
  return {
    proposed: taken.map(({ template, number }) => actionOf(template, number, sources)),
    rejected: judged.flatMap(({ template: { title, cause }, why }) =>
      why === undefined ? [] : [{ title: sources.clean(title), cause, why }],
    ),
    openRisks: ends
      .filter(({ id }) => doubtAbout(id) === undefined && !covered.has(id))
      .map(({ id, claim }) => ({ cause: id, claim })),
  }
}

/** The due date in the given zone; counted from the end of the incident. */
export function dueDate(
  endedAt: string,
  severity: Severity,
  priority: ActionTemplate['priority'],
  timeZone: string,
): string {
  const day = Temporal.Instant.from(endedAt).toZonedDateTimeISO(timeZone).toPlainDate()
  return day.add({ days: dueDays[severity][priority] }).toString()
}

function actionOf(
  template: ActionTemplate,
  number: number,
  { records, incident, clean }: Sources,
): ReviewAction {
  const { severity, resolvedAt, mitigatedAt, detectedAt } = records.incident
  const endedAt = [resolvedAt, mitigatedAt, detectedAt].find(
    (at) => at !== null && !Number.isNaN(Date.parse(at)),
  )
  const { type, title, doneWhen, cause, priority } = template
  return {
    id: `${incident}/A${number}`,
    number,
    type,
    title: clean(title),
    doneWhen: clean(doneWhen),
    owner: template.owner ?? records.serviceOwner ?? null,
    due:
      endedAt === undefined || endedAt === null
        ? null
        : dueDate(endedAt, severity, priority, records.timeZone),
    cause,
    priority,
  }
}

function whyNot(cause: CauseNode | undefined, ground: CauseNode | undefined): string | undefined {
  if (cause === undefined) return 'its cause is not in any tree'
  if (cause.settled?.verdict === 'rejected') return `its cause was rejected by ${cause.settled.by}`
  if (cause.status === 'refuted') return 'its cause is refuted'
  if (cause.status === 'unknown') return 'its cause could not be tested'
  if (ground?.status === 'refuted') return `its cause is said to lead to ${ground.id}, which is refuted`
  if (ground?.status === 'unknown')
    return `its cause is said to lead to ${ground.id}, which could not be tested`
  return undefined
}
