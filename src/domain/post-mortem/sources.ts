import { outsideSteps } from '../escalate/escalate.ts'
import { errorOf, rowsOf, verdictsOf, type VerdictsResult } from '../investigate/evidence-result.ts'
import type { Evidence } from '../investigate/evidence.ts'
import { formatNumber } from '../values/numbers.ts'
import { cutText } from '../page/delivery.ts'
import { utc, type Cited, type Sources } from './records.ts'
import { baselineValue } from '../check/baseline.ts'
import { baselineWords, seriesWords } from '../check/verdict-words.ts'

/** As much of the name of an alert as tells it. */
const longestName = 160

/** Text that stands as it is, line by line. */
export interface Code {
  readonly code: string
}

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Rows of the snapshot that are not shown. */
  readonly more: number
}

/** A record that the review cites, with as much of its snapshot as a reader takes in. */
export interface ReviewEvidence {
  readonly id: string
  readonly kind: Evidence['kind']
  readonly title: string
  readonly window: string | null
  readonly collectedAt: string
  readonly hash: string
  readonly query: Code | null
  /** The record before that asked the same; its query is not shown again. */
  readonly sameQueryAs: string | null
  readonly error: string | null
  readonly table: Table | null
}

export interface ReviewRecord {
  readonly id: string
  readonly at: string
  readonly what: string
}

const mostTableRows = 12
const mostTableColumns = 8

/** What the review rests on: evidence with query, window, snapshot and hash. Charts' data are shown as the chart. */
export function reviewEvidence(sources: Sources): ReviewEvidence[] {
  const first = new Map<string, string>()
  for (const { id, record } of sources.evidence) {
    if (record.query !== undefined && !first.has(record.query)) first.set(record.query, id)
  }
  return sources.evidence.map((cited) => {
    const asked = first.get(cited.record.query ?? '') ?? cited.id
    return evidenceEntry(cited, sources, asked === cited.id ? null : asked)
  })
}

/** Every other record that may be cited, so that an id leads somewhere. */
export function reviewRecords({ timeline, attempts, pages, alerts, clean }: Sources): ReviewRecord[] {
  return [
    ...timeline.map(({ id, record }) => ({
      id,
      at: record.at,
      what: `timeline entry of kind ${record.kind}`,
    })),
    ...attempts.map(({ id, record }) => ({
      id,
      at: record.proposedAt,
      what: clean(`remediation: ${record.action} on ${record.target}`),
    })),
    ...pages.map(({ id, record }) => ({
      id,
      at: record.createdAt,
      what: clean(
        `${record.kind === 'page' ? 'page' : `message "${record.kind}"`} ${record.step === outsideSteps ? 'outside the steps' : `of step ${record.step}`} over ${record.channel}: ${record.state}`,
      ),
    })),
    ...alerts.map(({ id, record }) => ({
      id,
      at: record.startsAt,
      what: clean(`alert ${cutText(record.labels['alertname'] ?? '', longestName)} ${record.fingerprint}`),
    })),
  ]
}

function evidenceEntry(
  { id, record }: Cited<Evidence>,
  { clean }: Sources,
  sameQueryAs: string | null,
): ReviewEvidence {
  const { kind, title, window, collectedAt, hash, query, result } = record
  const error = errorOf(result)
  return {
    id,
    kind,
    title: clean(title),
    window: window === undefined ? null : `${utc(window.from)} to ${utc(window.to)}`,
    collectedAt,
    hash,
    query: query === undefined || sameQueryAs !== null ? null : { code: clean(query) },
    sameQueryAs,
    error: error === undefined ? null : clean(error),
    table: tableOf(result, clean),
  }
}

function tableOf(result: unknown, clean: (text: string) => string): Table | null {
  const verdicts = verdictsOf(result)
  if (verdicts !== undefined) return verdictTable(verdicts, clean)
  const found = rowsOf(result)
  if (found === undefined || found.rows.length === 0) return null
  const columns = found.columns.slice(0, mostTableColumns)
  const cells = found.rows
    .slice(0, mostTableRows)
    .map((row) => columns.map((column) => clean(cell(row[column]))))
  return { columns: columns.map(clean), rows: cells, more: found.rows.length - cells.length }
}

/** The buckets around the first that fired: how it began is what readers look for. */
function verdictTable(result: VerdictsResult, clean: (text: string) => string): Table {
  const { metricTitle, unit, verdicts } = result
  const first = verdicts[0]
  const baselines = first?.baselines ?? []
  const begins = Math.max(0, verdicts.findIndex(({ state }) => state === 'firing') - 2)
  const shown = verdicts.slice(begins, begins + mostTableRows)
  const series = first === undefined ? metricTitle : seriesWords(metricTitle, first)
  const name = unit === undefined ? series : `${series} (${unit})`
  return {
    columns: [
      'bucket',
      clean(name),
      ...baselines.map((baseline) => baselineWords(baseline)),
      'state',
      'reason',
    ],
    rows: shown.map(({ bucketAt, value, baselines: against, state, reason }) => [
      utc(bucketAt),
      rounded(value),
      ...baselines.map((baseline) => rounded(baselineValue(against, baseline))),
      state,
      reason,
    ]),
    more: verdicts.length - shown.length,
  }
}

/** Means of buckets have more digits than anybody reads; the record keeps them all. */
function rounded(value: number | null): string {
  return value === null ? 'unknown' : formatNumber(value)
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return 'unknown'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
