import { outsideSteps } from '../escalate/escalate.ts'
import { formatDuration } from '../values/duration.ts'
import { cutText } from '../page/delivery.ts'
import type { Page } from '../page/page.ts'
import { endingOf } from './ending.ts'
import { statement, type Cited, type Sources, type Statement } from './records.ts'
import { elapsedMs, type ReviewDuration, type ReviewTimes } from './times.ts'
import { acknowledgeTargetMs } from '../values/severity.ts'

export interface ReviewResponse {
  readonly detection: readonly Statement[]
  readonly response: readonly Statement[]
  readonly wentWell: readonly Statement[]
  readonly wentLessWell: readonly Statement[]
  readonly luck: readonly Statement[]
}

/** How it was noticed and answered, not only what caused it: from pages, attempts and times. */
export function reviewResponse(sources: Sources, times: ReviewTimes): ReviewResponse {
  return {
    detection: detection(sources, times),
    response: [...paging(sources), ...acknowledgement(sources, times)],
    wentWell: [...helpful(sources), ...acknowledgedInTime(sources, times, true)],
    wentLessWell: [
      ...unhelpful(sources),
      ...unanswered(sources),
      ...undelivered(sources),
      ...acknowledgedInTime(sources, times, false),
    ],
    luck: luck(sources),
  }
}

/** As much of the name of an alert as tells it. */
const longestName = 160

function detection({ incident, alerts, clean }: Sources, times: ReviewTimes): Statement[] {
  const names = [
    ...new Set(alerts.map(({ record }) => cutText(record.labels['alertname'] ?? 'alert', longestName))),
  ]
  const shown = names.slice(0, 5).join(', ')
  const by =
    alerts.length === 0
      ? 'Which alert detected it is not recorded'
      : clean(`Detected by ${shown}, in all ${alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`}`)
  const took = duration(times, 'time to detect')
  return [
    statement(by, [incident, ...alerts.map(({ id }) => id)]),
    statement(`Time to detect: ${took?.text ?? 'not recorded'}`, [incident]),
  ]
}

function paging(sources: Sources): Statement[] {
  const pages = pagesToWake(sources)
  const first = pages[0]
  if (first === undefined) return [statement('Nobody was paged', [sources.incident])]
  const steps = new Set(pages.map(({ record }) => record.step).filter((step) => step !== outsideSteps)).size
  const afterMs = elapsedMs(sources.records.incident.detectedAt, first.record.createdAt)
  const after =
    Number.isNaN(afterMs) || afterMs < 0
      ? 'at a time that cannot be compared with detection'
      : `${formatDuration(afterMs)} after detection`
  return [
    statement(`The first page went out ${after}`, [sources.incident, first.id]),
    statement(
      `Pages: ${pages.length} over ${steps} escalation ${steps === 1 ? 'step' : 'steps'}`,
      pages.map(({ id }) => id),
    ),
  ]
}

function acknowledgement(sources: Sources, times: ReviewTimes): Statement[] {
  const { severity, acknowledgedBy } = sources.records.incident
  const took = duration(times, 'time to acknowledge')
  if (took === undefined || took.ms === null || acknowledgedBy === null) {
    return [statement(`Time to acknowledge: ${took?.text ?? 'not recorded'}`, [sources.incident])]
  }
  const text = `Acknowledged by ${sources.roleOf(acknowledgedBy)} after ${took.text}; the target of ${severity} is ${formatDuration(acknowledgeTargetMs[severity])}`
  return [statement(text, [sources.incident, ...acknowledgementEntry(sources)])]
}

function acknowledgedInTime(sources: Sources, times: ReviewTimes, inTime: boolean): Statement[] {
  const took = duration(times, 'time to acknowledge')?.ms
  const target = acknowledgeTargetMs[sources.records.incident.severity]
  if (took === undefined || took === null || took <= target !== inTime) return []
  const late = took - target
  const text = inTime
    ? `It was acknowledged within ${formatDuration(took)}; the target is ${formatDuration(target)}`
    : `It was acknowledged ${formatDuration(late)} later than the target of ${formatDuration(target)}`
  return [statement(text, [sources.incident, ...acknowledgementEntry(sources)])]
}

/** What automation spared people. */
function helpful({ attempts, pages, clean }: Sources): Statement[] {
  const helped = attempts.filter(({ record }) => record.outcome === 'helped')
  const spared = helped.length > 0 && pages.every(({ record }) => record.kind !== 'page')
  const refused = attempts.filter(({ record }) => record.outcome === 'refused')
  return [
    ...helped.map(({ id, record }) =>
      statement(clean(`${record.action} on ${record.target} was ready, and it helped`), [id]),
    ),
    ...(spared
      ? [
          statement(
            'Automation ended it before anybody was paged',
            helped.map(({ id }) => id),
          ),
        ]
      : []),
    ...refused.map(({ id, record }) =>
      statement(clean(`The guards held back ${record.action} on ${record.target}`), [id]),
    ),
  ]
}

/** Which they were is told with what ended it. */
function unhelpful({ attempts }: Sources): Statement[] {
  const acted = attempts.filter(({ record }) => record.actedAt !== null)
  const without = acted.filter(({ record }) => record.outcome !== 'helped' && record.outcome !== 'cleared')
  if (without.length === 0) return []
  const isKnown = without.every(({ record }) => record.outcome === 'no-effect' || record.outcome === 'harmed')
  const repairs = `automatic ${acted.length === 1 ? 'repair' : 'repairs'}`
  const text = isKnown
    ? `${without.length} of ${acted.length} ${repairs} did not help`
    : `${without.length} of ${acted.length} ${repairs} cannot be said to have helped`
  return [
    statement(
      text,
      without.map(({ id }) => id),
    ),
  ]
}

/** Steps that were paged before one that somebody answered: what kept them is for people to say. */
function unanswered(sources: Sources): Statement[] {
  const { acknowledgedBy, acknowledgedAt } = sources.records.incident
  const paged = pagesToWake(sources).filter(({ record }) => record.step !== outsideSteps)
  const answered = paged.find(({ record }) => record.person === acknowledgedBy)?.record.step
  const before = paged.filter(({ record }) =>
    acknowledgedAt === null ? true : answered !== undefined && record.step < answered,
  )
  const steps = [...new Set(before.map(({ record }) => record.step))]
  if (steps.length === 0) return []
  const cites = before.map(({ id }) => id)
  const which =
    steps.length === 1 ? `step ${steps[0]}` : `steps ${steps.slice(0, -1).join(', ')} and ${steps.at(-1)}`
  return [statement(`Nobody acknowledged the pages of ${which}`, cites)]
}

function undelivered(sources: Sources): Statement[] {
  const lost = pagesToWake(sources).filter(
    ({ record }) => record.state === 'failed' || record.state === 'unknown',
  )
  if (lost.length === 0) return []
  return [
    statement(
      `Pages that did not certainly reach anybody: ${lost.length}`,
      lost.map(({ id }) => id),
    ),
  ]
}

/** What ended without an act that is known to have ended it may come back. */
function luck(sources: Sources): Statement[] {
  const { incident, attempts, records, clean } = sources
  const cleared = attempts
    .filter(({ record }) => record.outcome === 'cleared')
    .map(({ id, record }) =>
      statement(clean(`The symptom was gone before ${record.action} on ${record.target} began`), [id]),
    )
  const { helped, notes, byHand } = endingOf(sources)
  const isExplained = helped.length > 0 || notes.length > 0 || byHand !== undefined
  if (isExplained || records.incident.mitigatedAt === null) return cleared
  return [
    ...cleared,
    statement('As far as the records show it ended by itself, and may come back', [
      incident,
      ...attempts.map(({ id }) => id),
    ]),
  ]
}

function acknowledgementEntry({ timeline }: Sources): string[] {
  return timeline
    .filter(({ record }) => record.kind === 'acknowledged')
    .map(({ id }) => id)
    .slice(0, 1)
}

function pagesToWake({ pages }: Sources): Cited<Page>[] {
  return pages.filter(({ record }) => record.kind === 'page')
}

function duration({ durations }: ReviewTimes, name: string): ReviewDuration | undefined {
  return durations.find((candidate) => candidate.name === name)
}
