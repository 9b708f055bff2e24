import type { Generated, ColumnType } from 'kysely'
import type { TestOutcome } from '../domain/page/test-page.ts'
import type { AcceptedAlert, AlertStatus, Labels } from '../domain/alert/alert.ts'
import type { Matcher } from '../domain/alert/matcher.ts'
import type { Severity } from '../domain/values/severity.ts'

/** The tables of `migrations/`, as Kysely sees them. `bigint` columns are numbers: see the parsers in `database.ts`. */
export interface Schema {
  config_revisions: {
    revision: string
    content: Json
    applied_at: Generated<Date>
    announced_at: Generated<Date | null>
  }
  config_wanted: {
    only_row: Generated<boolean>
    number: number
    revision: string
    wanted_by: string
    wanted_at: Date
    run_id: string | null
  }
  config_processes: {
    id: string
    kind: 'server' | 'worker'
    host: string
    pid: number
    run_id: string | null
    file: string
    revision: string
    since: Date
    problem: string | null
    heard_at: Date
  }
  verdicts: {
    check_name: string
    metric: string
    slice: string
    slice_group: string
    bucket_at: Date
    state: 'ok' | 'firing' | 'unknown'
    reason: string
    value: number | null
    baselines: Json
    evaluated_at: Generated<Date>
  }
  series_states: {
    check_name: string
    metric: string
    slice: string
    slice_group: string
    state: Json
    updated_at: Generated<Date>
  }
  alert_inbox: {
    id: Generated<number>
    event_id: string
    source: string
    fingerprint: string
    status: AlertStatus
    labels: LabelsColumn
    annotations: LabelsColumn
    starts_at: Date
    ends_at: Date | null
    accepted_at: Generated<Date>
    dispatched_at: Date | null
    leased_until: Generated<Date | null>
    expires_at: Generated<Date | null>
  }
  change_events: {
    id: Generated<number>
    change_id: string
    source: string
    at: Date
    summary: string
    labels: LabelsColumn
    links: LabelsColumn
    accepted_at: Generated<Date>
  }
  heartbeats: {
    name: string
    last_beat_at: Date | null
    last_status: 'ok' | 'fail' | null
    message: string | null
    state: Generated<'inactive' | 'healthy' | 'unhealthy'>
    since: Date | null
    judged_beat_at: Date | null
    alert: ColumnType<AcceptedAlert | null, string | null, string | null>
    alerts: Generated<number>
    ended_at: Date | null
  }
  incidents: {
    number: Generated<number>
    grouping_key: string
    title: string
    service: string
    labels: LabelsColumn
    route: Generated<string | null>
    severity: Severity
    severity_set_by: string | null
    state: 'open' | 'monitoring' | 'resolved'
    version: Generated<number>
    config_revision: string
    policy_revision: Generated<string | null>
    policy_name: Generated<string | null>
    runbook: string | null
    recurrence_of: number | null
    chart_token: string
    started_at: Date
    detected_at: Generated<Date>
    acknowledged_at: Date | null
    acknowledged_by: string | null
    acknowledged_until: Generated<Date | null>
    next_due_at: Generated<Date | null>
    mitigated_at: Date | null
    resolved_at: Date | null
    resolved_by: string | null
    now_doing: Generated<string>
    machine: ColumnType<unknown, string | null | undefined, string | null>
    told_decisions: Generated<number>
    stirred_decisions: Generated<number>
    tell_after: Generated<Date | null>
    replayed_at: Date | null
  }
  incident_alerts: {
    incident: number
    source: string
    fingerprint: string
    status: AlertStatus
    labels: LabelsColumn
    annotations: LabelsColumn
    starts_at: Date
    ends_at: Date | null
    changed_at: Generated<Date>
    source_at: Date | null
    inbox_id: Generated<number>
    /** By which alerts people read first: the higher. */
    prominence: Generated<number>
    /** What the last notice to the rooms that follow it told of it; NULL: nothing. */
    told: Generated<AlertStatus | null>
    told_at: Generated<Date | null>
    /** The incident that a person moved it to. */
    moved_to: Generated<number | null>
    /** A person moved it here. */
    is_split: Generated<boolean>
    /** Until its group is looked at after it cleared. */
    in_group: Generated<boolean>
  }
  alerts: {
    source: string
    fingerprint: string
    status: AlertStatus
    labels: LabelsColumn
    annotations: LabelsColumn
    starts_at: Date
    ends_at: Date | null
    expires_at: Date | null
    changed_at: Date
    source_at: Date
    inbox_id: number
  }
  timeline: {
    id: Generated<number>
    incident: number
    event_key: string
    at: Date
    actor: string
    fact: Json
  }
  incident_events: { incident: number; seq: number; event: Json }
  evidence: {
    incident: number
    number: number
    evidence_key: string
    about: Json | null
    kind: string
    title: string
    query: string | null
    window_from: Date | null
    window_to: Date | null
    result: Json
    hash: string
    collected_at: Date
  }
  pages: {
    id: string
    incident: number
    kind: string
    step: number
    round: number
    person: string
    channel: string
    contact: number
    rule_after_ms: Generated<number>
    state: string
    attempts: Generated<number>
    unknown_tries: Generated<number>
    provider_id: string | null
    last_error: string | null
    created_at: Generated<Date>
    sent_at: Date | null
    finished_at: Date | null
    leader: Generated<string | null>
    begun_at: Generated<Date | null>
    due_at: Generated<Date>
    tries_until: Generated<Date | null>
    called_off: Generated<string | null>
  }
  remediation_attempts: {
    id: string
    incident: number
    rung: number
    action: string
    target: string
    state: string
    fence: number | null
    decision: Json
    before: Json | null
    after: Json | null
    effect: 'done' | 'not-done' | 'unknown' | null
    outcome: string | null
    explanation: Json | null
    proposed_at: Generated<Date>
    started_at: Date | null
    acted_at: Date | null
    finished_at: Date | null
  }
  guard_fences: { target: string; fence: number }
  guard_switches: { scope: string; stopped_by: string; reason: string; stopped_at: Generated<Date> }
  maintenance_windows: {
    id: Generated<number>
    request_key: string
    service: string
    from_at: Date
    to_at: Date
    reason: string
    made_by: string
    made_at: Date
    ended_by: string | null
    ended_at: Date | null
  }
  silences: {
    id: string
    request_key: string
    matchers: ColumnType<readonly Matcher[], string, string>
    starts_at: Date
    ends_at: Date
    created_by: string
    comment: string
    updated_at: Date
    replaces: string | null
  }
  audit_findings: {
    id: Generated<number>
    kind: string
    incident: number | null
    detail: string
    quiet: boolean
    repaired: Generated<boolean>
    found_at: Date
    seen_at: Date
    ended_at: Date | null
  }
  audit_runs: { only_one: boolean; ran_at: Date; ok_at: Date | null; heartbeat_at: Date | null }
  reviews: {
    incident: number
    state: 'draft' | 'published'
    markdown: string
    model: Json
    drafted_at: Generated<Date>
    version: number
    sections: Json
    appendix: string
    chart: string | null
    published: Json | null
    open_actions: number
    unsettled_causes: number
  }
  schedule_changes: {
    id: Generated<number>
    request_key: string
    schedule: string
    kind: 'override' | 'temporary' | 'swap'
    from_at: Date
    to_at: Date
    removed: string | null
    added: string | null
    shifts: ColumnType<unknown, string | null, string | null>
    owner: string | null
    taker: string | null
    taken_at: Date | null
    reason: string
    made_by: string
    made_at: Date
    ended_by: string | null
    ended_at: Date | null
  }
  on_call_notices: {
    id: Generated<number>
    change: number
    person: string
    facts: Json
    contact: Generated<number>
    attempts: Generated<number>
    state: Generated<'queued' | 'sent' | 'failed' | 'unknown'>
    last_error: string | null
    created_at: Date
    due_at: Date
    finished_at: Date | null
  }
  test_pages: {
    id: Generated<number>
    request: string
    receiver: string
    contact: number
    revision: string
    asked_by: string
    asked_at: Date
    claimed_at: Generated<Date | null>
    outcome: ColumnType<TestOutcome | null, undefined, string>
  }
  credentials: {
    secret_hash: string
    kind: 'token' | 'session' | 'login' | 'calendar' | 'page-link'
    person: string
    holder: 'person' | 'sender' | 'operator' | 'heartbeat'
    /** Of a page link alone. */
    incident: number | null
    browser: string | null
    created_at: Generated<Date>
    expires_at: Date | null
    used_at: Date | null
  }
  audit_log: {
    id: Generated<number>
    at: Date
    actor: string | null
    credential: string | null
    action: string
    target: string | null
    outcome: 'done' | 'refused' | 'failed'
    reason: string | null
    request_id: string
  }
}

/** Written as JSON text, read as a value that the reader must narrow. */
type Json = ColumnType<unknown, string, string>
type LabelsColumn = ColumnType<Labels, string, string>
