import type { Evidence, EvidenceKind } from '../../../src/domain/investigate/evidence.ts'
import type { RemediationAttempt } from '../../../src/domain/remediate/remediation.ts'
import type { ReviewRecords } from '../../../src/domain/post-mortem/records.ts'
import type {
  ActionTemplate,
  CauseEdge,
  CauseProblem,
  CauseTemplate,
} from '../../../src/domain/investigate/runbook.ts'
import { readEntry, type TimelineEntry } from '../../../src/domain/incident/timeline.ts'
import type { Verdict } from '../../../src/domain/check/verdict.ts'
import { readCases } from '../../support/cases.ts'

/** A published incident with what a review of it has to reach; see `test/cases/post-mortems.json`. */
export interface PostMortemCase {
  readonly id: string
  readonly title: string
  readonly incident: Readonly<Record<`${string}_at`, string | null>> & {
    readonly service: string
    readonly severity: string
  }
  readonly evidence: readonly {
    readonly id: string
    readonly kind: string
    readonly text: string
    readonly at?: string
    readonly query?: string
  }[]
  readonly cause_graph: {
    readonly nodes: readonly {
      readonly id: string
      readonly claim: string
      readonly evidence: readonly string[]
      readonly status: string
    }[]
    readonly links: readonly { readonly effect: string; readonly cause: string; readonly rel: string }[]
  }
  readonly actions_in_source: readonly {
    readonly text: string
    readonly type: ActionTemplate['type']
    readonly addresses: readonly string[]
  }[]
  readonly expect: {
    readonly durations: readonly {
      readonly name: string
      readonly from: string
      readonly to: string
      readonly from_at: string
      readonly to_at: string
      readonly expected_minutes: number
    }[]
    readonly five_whys: {
      readonly min_problems: number
      readonly min_branches: number
      readonly must_reach: readonly string[]
      readonly inferred_nodes_marked: readonly string[]
    }
    readonly actions: { readonly min: number; readonly types_required: readonly string[] }
    readonly must_not_match: readonly { readonly pattern: string; readonly flags: string }[]
    readonly actions_must_not_match: readonly { readonly pattern: string; readonly flags: string }[]
    readonly end_causes_without_action_in_source: readonly string[]
  }
}

export const postMortemCases = readCases<PostMortemCase>('post-mortems')

const number = 1
const severities: Readonly<Record<string, 'P1' | 'P2' | 'P3'>> = { SEV1: 'P1', SEV2: 'P2', SEV3: 'P3' }
const kinds: Readonly<Record<string, EvidenceKind>> = {
  change_record: 'change-record',
  timeline_event: 'timeline-event',
  remediation_run: 'remediation-run',
  metric_query: 'metric-result',
  log_cluster: 'log-cluster',
  document: 'human-statement',
}
const edges: Readonly<Record<string, CauseEdge>> = {
  caused_by: 'caused',
  enabled_by: 'enabled',
  amplified_by: 'amplified',
  delayed_by: 'delayed',
  undetected_because: 'undetected-because',
}

/** The case as the records of an incident; the cause tree becomes a runbook whose tests look for the evidence that a node names. */
export function recordsOfCase(given: PostMortemCase, attempts: readonly RemediationAttempt[]): ReviewRecords {
  const { incident: about } = given
  return {
    incident: {
      number,
      groupingKey: 'key',
      title: given.title,
      service: about.service,
      labels: {},
      severity: severities[about.severity] ?? 'P2',
      severitySetBy: null,
      state: 'resolved',
      version: 1,
      configRevision: 'r',
      runbook: 'case',
      recurrenceOf: null,
      chartToken: 't',
      startedAt: about.impact_started_at ?? '',
      detectedAt: about.detected_at ?? '',
      acknowledgedAt: about.acknowledged_at ?? null,
      acknowledgedBy: null,
      acknowledgedUntil: null,
      policyRevision: null,
      policyName: null,
      mitigatedAt: about.mitigated_at ?? null,
      resolvedAt: about.resolved_at ?? null,
      resolvedBy: null,
      nowDoing: '',
    },
    alerts: [
      {
        fingerprint: 'first-page',
        status: 'resolved',
        labels: { alertname: 'synthetic-check', region: 'worldwide' },
        annotations: {},
        startsAt: about.impact_started_at ?? '',
      },
    ],
    timeline: given.evidence.flatMap((item) => timelineOf(item, about.cause_identified_at ?? null)),
    evidence: given.evidence.map(evidenceOf),
    attempts,
    pages: [],
    runbook: {
      name: 'case',
      title: 'Runbook of the case',
      match: {},
      evidence: [],
      remediation: [],
      causes: causesOf(given),
      actions: given.actions_in_source.map(({ text, type, addresses }) => ({
        type,
        title: text,
        cause: addresses[0] ?? '',
        doneWhen: 'A drill of this incident shows it',
        priority: 'rest',
      })),
      guidance: '',
      path: 'case.md',
    },
    users: [],
    timeZone: 'UTC',
  }
}

/** A measurement of a gauge at 100 or back at 40. */
export function gauge(bucketAt: string, state: 'firing' | 'ok'): Verdict {
  const value = state === 'firing' ? 100 : 40
  const baselines = [{ kind: 'before' as const, daysAgo: 1, value: 40, diff: 1 - 40 / value }]
  const reason = state === 'firing' ? 'deviates' : 'near-baseline'
  return {
    check: 'cpu',
    metric: 'cpu',
    slice: 'total',
    group: 'total',
    bucketAt,
    state,
    reason,
    value,
    baselines,
  }
}

function evidenceOf({ id, kind, text, query, at }: PostMortemCase['evidence'][number]): Evidence {
  return {
    incident: number,
    number: Number(id.slice(1)),
    about: { kind: 'query', stage: 'opened', name: id },
    kind: kinds[kind] ?? 'human-statement',
    title: `Record ${id}`,
    ...(query === undefined ? {} : { query }),
    result: { text, rows: [{ recorded: 1 }] },
    hash: '0'.repeat(64),
    collectedAt: at ?? '2026-01-01T00:00:00.000Z',
  }
}

function timelineOf(
  { id, text, at }: PostMortemCase['evidence'][number],
  identifiedAt: string | null,
): TimelineEntry[] {
  if (at === undefined) return []
  const type = at === identifiedAt ? 'identified' : 'note'
  return [readEntry({ incident: number, eventKey: id, at, actor: 'scribe', fact: { type, text } })]
}

/** A node that causes nothing further is a problem itself. */
function causesOf({ cause_graph: graph }: PostMortemCase): CauseTemplate[] {
  const effectOf = (id: string) => graph.links.find(({ cause }) => cause === id)
  const problems = Object.fromEntries(
    graph.nodes.filter(({ id }) => effectOf(id) === undefined).map(({ id, claim }) => [id, problemIn(claim)]),
  )
  const problemOf = (id: string): CauseProblem => problems[id] ?? problemOf(effectOf(id)?.effect ?? '')
  return graph.nodes
    .filter(({ id }) => problems[id] === undefined)
    .map(({ id, claim, evidence, status }) => {
      const link = effectOf(id)
      const parent = link !== undefined && problems[link.effect] === undefined ? { parent: link.effect } : {}
      const test =
        status === 'inferred'
          ? {}
          : { test: { evidence: evidence[0] ?? '', column: 'recorded', op: '==', value: 1 } as const }
      return {
        id,
        problem: problemOf(id),
        ...parent,
        edge: edges[link?.rel ?? ''] ?? 'caused',
        claim,
        ...test,
      }
    })
}

function problemIn(claim: string): CauseProblem {
  if (/detect|alert|notice|told/i.test(claim)) return 'detected-late'
  return /mitigat|took .*min|slow|longer/i.test(claim) ? 'mitigated-slowly' : 'occurred'
}
