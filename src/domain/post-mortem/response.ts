import { outsideSteps } from '../escalate/escalate.ts'
import { formatDuration } from '../values/duration.ts'
import type { Page } from '../page/page.ts'
import { outcomeInWords } from './remediation.ts'
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
  const lucky = luck(sources)
  return {
    detection: detection(sources, times),
    response: [...paging(sources), ...acknowledgement(sources, times)],
    wentWell: [...helpful(sources), ...acknowledgedInTime(sources, times, true)],
    wentLessWell: [
      ...unhelpful(sources),
      ...undelivered(sources),
      ...acknowledgedInTime(sources, times, false),
    ],
    luck:
      lucky.length > 0
        ? lucky
        : [statement('The records show nothing that ended well by chance', [sources.incident])],
  }
}

function detection({ incident, alerts, clean }: Sources, times: ReviewTimes): Statement[] {
  const names = [...new Set(alerts.map(({ record }) => record.labels['alertname'] ?? 'alert'))]
  const shown = names.slice(0, 5).join(', ')
  const by =
    alerts.length === 0
      ? 'Which alert noticed it is not recorded'
      : clean(`Noticed by ${shown}; alerts in all: ${alerts.length}`)
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
    statement(`The first page was written ${after}`, [sources.incident, first.id]),
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
  const text = inTime
    ? `A person had it within ${formatDuration(took)}, inside the target of ${formatDuration(target)}`
    : `It was acknowledged ${formatDuration(took - target)} after the target of ${formatDuration(target)}`
  return [statement(text, [sources.incident, ...acknowledgementEntry(sources)])]
}

function helpful({ attempts, clean }: Sources): Statement[] {
  return attempts
    .filter(({ record }) => record.outcome === 'helped' || record.outcome === 'refused')
    .map(({ id, record }) =>
      statement(
        clean(
          record.outcome === 'helped'
            ? `${record.action} on ${record.target} was at hand, and it helped`
            : `The guards held back ${record.action} on ${record.target}`,
        ),
        [id],
      ),
    )
}

function unhelpful({ attempts, clean }: Sources): Statement[] {
  const outcomes = ['no-effect', 'harmed', 'unknown']
  return attempts
    .filter(({ record }) => outcomes.includes(record.outcome ?? ''))
    .map(({ id, record }) =>
      statement(clean(`${record.action} on ${record.target}: ${outcomeInWords(record)}`), [id]),
    )
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
function luck({ incident, attempts, records, clean }: Sources): Statement[] {
  const cleared = attempts
    .filter(({ record }) => record.outcome === 'cleared')
    .map(({ id, record }) =>
      statement(clean(`The symptom was gone before ${record.action} on ${record.target} began`), [id]),
    )
  const helped = attempts.some(({ record }) => record.outcome === 'helped')
  if (helped || records.incident.mitigatedAt === null) return cleared
  return [
    ...cleared,
    statement('It ended without a remediation that is known to have ended it', [
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
