import { errorOf, numberIn, rowsOf, type Row, type RowsResult } from './evidence-result.ts'
import { stageOf, type Evidence, type Stage } from './evidence.ts'
import { formatNumber } from '../values/numbers.ts'
import { statement, type Cited, type Sources, type Statement } from '../post-mortem/records.ts'
import type { CauseTemplate, CauseTest } from './runbook.ts'

/**
 * `supported` and `refuted` rest on evidence; `unknown` could not be tested; `inferred` has no test and waits for a person to confirm or
 * reject it.
 */
export type CauseStatus = 'supported' | 'refuted' | 'unknown' | 'inferred'

export interface Tested {
  readonly status: CauseStatus
  readonly because: string
  readonly cites: readonly string[]
  readonly counterChecks: readonly Statement[]
  /** Records that speak against each other. */
  readonly conflicts: readonly Statement[]
}

type EvidenceTest = Extract<CauseTest, { evidence: string }>
type RemediationTest = Extract<CauseTest, { remediation: string }>
type Answer = Pick<Tested, 'status' | 'because' | 'counterChecks'>

/** What the records say to a claim of the runbook. */
export function testCause({ id, test }: CauseTemplate, sources: Sources): Tested {
  if (test === undefined) {
    const because = 'the runbook has no test for it: a person confirms or rejects it'
    return { status: 'inferred', because, cites: [], counterChecks: [], conflicts: [] }
  }
  return 'evidence' in test ? testEvidence(id, test, sources) : testRemediation(id, test, sources)
}

const stages: readonly Stage[] = ['opened', 'mitigated']

/**
 * The answer from when the incident opened counts before the one from when it was clear, which mixes in the time after. One that cannot be
 * read gives way to the next.
 */
function testEvidence(id: string, test: EvidenceTest, sources: Sources): Tested {
  const asked = sources.evidence.filter(({ record }) => answers(record, test.evidence))
  const records = stages.flatMap((stage) => asked.filter(({ record }) => stageOf(record) === stage))
  const found = records.map((cited) => ({ cited, ...answerFrom(cited, test) }))
  const decided = found.find(({ status }) => status !== 'unknown')
  const chosen = decided ?? found[0]
  if (chosen === undefined) {
    const because = `no evidence "${test.evidence}" was collected`
    return { status: 'unknown', because, cites: [], counterChecks: [], conflicts: [] }
  }
  const { status, because, cited } = chosen
  const others = found.filter((other) => other.status !== 'unknown' && other.status !== status)
  // That a symptom has gone by the time all is clear is no contradiction; that it shows only then is one.
  const gone = status === 'supported' ? others : []
  const conflicts = status === 'supported' ? [] : others
  return {
    status,
    because,
    cites: [cited.id],
    counterChecks: [
      ...chosen.counterChecks,
      ...gone.map((other) => statement('Asked again when it was clear, it no longer held', [other.cited.id])),
    ],
    conflicts: conflicts.map((other) =>
      statement(`Cause ${id} is ${status} by one answer and ${other.status} by another`, [
        cited.id,
        other.cited.id,
      ]),
    ),
  }
}

/** Whether a record is an answer to an evidence query. */
function answers({ about }: Evidence, name: string): boolean {
  return about?.kind === 'query' && about.name === name
}

function answerFrom({ id, record }: Cited<Evidence>, test: EvidenceTest): Answer {
  const unknown = (because: string): Answer => ({ status: 'unknown', because, counterChecks: [] })
  const error = errorOf(record.result)
  if (error !== undefined) return unknown('the query could not be answered')
  const result = rowsOf(record.result)
  if (result === undefined) return unknown('its result has no rows')
  const isSelected = (row: Row) =>
    Object.entries(test.where ?? {}).every(([column, value]) => String(row[column]) === value)
  const cells = result.rows.filter(isSelected).map((row) => numberIn(row[test.column]))
  if (cells.length === 0) return unknown(`no row of the result has ${describeWhere(test)}`)
  const values = cells.filter((cell) => cell !== undefined)
  const against = values.find((value) => !holds(value, test))
  if (against !== undefined) return { status: 'refuted', because: compare(test, against), counterChecks: [] }
  if (values.length < cells.length)
    return unknown(
      `column "${test.column}" holds no number in ${cells.length - values.length} of ${cells.length} rows`,
    )
  if (result.truncated) return unknown(`only the first ${result.rows.length} rows were kept`)
  const peers = peersOf(result, test, isSelected, id)
  return { status: 'supported', because: compare(test, values[0] ?? 0), counterChecks: peers }
}

/** Do unaffected peers lack it? The rows that the test does not select are the peers. */
function peersOf(
  { rows }: RowsResult,
  test: EvidenceTest,
  isSelected: (row: Row) => boolean,
  id: string,
): Statement[] {
  const peers = rows.filter((row) => !isSelected(row)).map((row) => numberIn(row[test.column]))
  const known = peers.filter((value) => value !== undefined)
  if (known.length === 0) return []
  const showing = known.filter((value) => holds(value, test)).length
  return [statement(`Peers that show it too: ${showing} of ${known.length}`, [id])]
}

/** The same action may be tried on several targets: one attempt that ended so is enough. */
function testRemediation(id: string, { remediation, outcome }: RemediationTest, sources: Sources): Tested {
  const attempts = sources.attempts.filter(({ record }) => record.action === remediation)
  const measured = attempts.filter(({ record }) =>
    ['helped', 'no-effect', 'harmed'].includes(record.outcome ?? ''),
  )
  const asClaimed = measured.filter(({ record }) => record.outcome === outcome)
  const cites = (measured.length > 0 ? measured : attempts).map((attempt) => attempt.id)
  const base = { cites, counterChecks: [], conflicts: [] }
  if (attempts.length === 0) return { ...base, status: 'unknown', because: `"${remediation}" was not tried` }
  if (measured.length === 0)
    return { ...base, status: 'unknown', because: `no attempt of "${remediation}" has a measured effect` }
  const endings = measured.map(({ record }) => `${remediation} on ${record.target}: ${record.outcome}`)
  const ended = sources.clean(endings.join('; '))
  if (asClaimed.length === 0) return { ...base, status: 'refuted', because: ended }
  const conflicts =
    asClaimed.length === measured.length
      ? []
      : [statement(`Cause ${id}: attempts of "${remediation}" ended differently (${ended})`, cites)]
  const ends = outcome === 'helped' ? [statement(`Removing it ended the effect: ${ended}`, cites)] : []
  return { status: 'supported', because: ended, cites, counterChecks: ends, conflicts }
}

function holds(value: number, { op, value: limit }: EvidenceTest): boolean {
  switch (op) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '==':
      return value === limit
  }
}

const comparisons: Readonly<Record<EvidenceTest['op'], string>> = {
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
  '==': 'equal to',
}

function compare(test: EvidenceTest, value: number): string {
  const where = test.where === undefined ? '' : `${describeWhere(test)}: `
  return `${where}${test.column} is ${formatNumber(value)}, expected ${comparisons[test.op]} ${formatNumber(test.value)}`
}

function describeWhere({ where }: EvidenceTest): string {
  const parts = Object.entries(where ?? {}).map(([column, value]) => `${column} ${value}`)
  return parts.length === 0 ? 'any value' : parts.join(' and ')
}
