import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReplayReport } from '../../src/app/replay.ts'
import { notActionableIn } from '../../src/domain/incident/not-actionable.ts'
import { utc } from '../../src/domain/post-mortem/records.ts'
import type { ArchivedIncident } from './archive.ts'

/** Everything that is known when the recording was walked twice. */
export interface Recorded {
  readonly first: ReplayReport
  readonly second: ReplayReport
  /** In the order in which they began. */
  readonly kept: readonly ArchivedIncident[]
  readonly dataDir: string
}

export interface Expectation {
  readonly what: string
  readonly holds: (recorded: Recorded) => boolean | Promise<boolean>
}

/** The days that the story is about: a shutdown, a failure, and the echo of the failure. */
const days = ['2013-12-16', '2014-02-08', '2014-02-10']
const echo = '2014-02-10'

/** What is expected is judged from records at the end, never from the script. */
export const expectations: readonly Expectation[] = [
  {
    what: 'exactly three incidents: the shutdown of 2013-12-16, the failure of 2014-02-08, its echo of 2014-02-10',
    holds: ({ kept }) => kept.map(dayOf).join() === days.join(),
  },
  {
    what: 'each was detected within the bucket after it began, and all are resolved, at times of the recording',
    holds: ({ kept }) => kept.every(isOfTheRecording),
  },
  {
    what: 'evidence was kept of each, collected at those times',
    holds: ({ kept }) =>
      kept.every(({ records: { evidence } }) => evidence.length > 0 && evidence.every(isRecordedAt)),
  },
  {
    what: 'the reviews are written down, with the times of the recording and citing evidence',
    holds: async ({ kept, dataDir }) =>
      (await Promise.all(kept.map((one) => hasReviewFile(one, dataDir)))).every(Boolean),
  },
  {
    what: 'the reviews of the failures find the machine far from usual, that of the echo does not',
    holds: ({ kept }) =>
      kept.every((one) => supports(one, 'machine-left-its-range') === (dayOf(one) !== echo)),
  },
  {
    what: 'the echo alone is marked as not actionable, with who and why, and its review says so',
    holds: ({ kept }) => kept.every((one) => isMarked(one) === (dayOf(one) === echo)),
  },
  { what: 'nobody was paged', holds: ({ kept }) => kept.every(({ records }) => records.pages.length === 0) },
  {
    what: 'walked once more, it saw and decided the same and kept nothing twice',
    holds: ({ first, second, kept }) =>
      JSON.stringify(first.transitions) === JSON.stringify(second.transitions) &&
      second.incidents.map(({ number, outcome }) => `${number} ${outcome}`).join() ===
        kept.map(({ incident }) => `${incident.number} kept`).join(),
  },
]

function dayOf({ incident }: ArchivedIncident): string {
  return incident.startedAt.slice(0, 10)
}

function isRecordedAt({ collectedAt }: { readonly collectedAt: string }): boolean {
  return collectedAt > '2013-12-02' && collectedAt < '2014-02-20'
}

const bucketMs = 15 * 60_000

function isOfTheRecording({ incident }: ArchivedIncident): boolean {
  const { startedAt, detectedAt, mitigatedAt, resolvedAt, state } = incident
  if (state !== 'resolved' || mitigatedAt === null || resolvedAt === null) return false
  const inOrder = startedAt < detectedAt && detectedAt < mitigatedAt && mitigatedAt < resolvedAt
  const soon = Date.parse(detectedAt) - Date.parse(startedAt) === bucketMs
  return (
    inOrder && soon && isRecordedAt({ collectedAt: startedAt }) && isRecordedAt({ collectedAt: resolvedAt })
  )
}

async function hasReviewFile(
  { name, incident, review }: ArchivedIncident,
  dataDir: string,
): Promise<boolean> {
  const text = await readFile(join(dataDir, 'reviews', `${name}.md`), 'utf8')
  const moments = [incident.startedAt, incident.detectedAt, incident.mitigatedAt, incident.resolvedAt]
  return (
    text === review &&
    review.includes(`${name}/E`) &&
    moments.every((at) => at !== null && review.includes(utc(at)))
  )
}

function supports({ causes }: ArchivedIncident, id: string): boolean {
  return causes.some((cause) => cause.id === id && cause.status === 'supported')
}

function isMarked({ records, review }: ArchivedIncident): boolean {
  const mark = notActionableIn(records.timeline)
  return (
    mark !== undefined &&
    mark.by === 'mira' &&
    review.includes('Not actionable: ') &&
    review.includes(mark.reason)
  )
}
