import { createAlertEnds } from '../postgres/alert-ends.ts'
import { createAlertInbox } from '../postgres/alert-inbox.ts'
import { createAttemptRecords } from '../postgres/attempts.ts'
import { createAuditRecords } from '../postgres/audits.ts'
import { createCheckRunRecords } from '../postgres/check-runs.ts'
import { createConfigurationRecords } from '../postgres/configurations.ts'
import { createCredentialRecords } from '../postgres/credentials.ts'
import type { Database } from '../postgres/database.ts'
import { createDispatchRecords } from '../postgres/dispatch.ts'
import { createEvidenceRecords } from '../postgres/evidence.ts'
import { createFigureRecords } from '../postgres/figures.ts'
import { createGuardLedger } from '../postgres/guard-ledger.ts'
import { createIncidentMarks } from '../postgres/incident-marks.ts'
import { createIncidentRecords } from '../postgres/incidents.ts'
import { createPageRecords } from '../postgres/pages.ts'
import { createReplayedIncidentRecords } from '../postgres/replayed-incidents.ts'
import { createRetentionRecords } from '../postgres/retention.ts'
import { createReviewRecords } from '../postgres/reviews.ts'
import { createScheduleChangeRecords } from '../postgres/schedule-changes.ts'
import { createTimelineRecords } from '../postgres/timeline.ts'
import { createVerdictRecords } from '../postgres/verdict-records.ts'

export type Records = ReturnType<typeof createRecords>

/** Where a server keeps what is urgent apart, so that nothing else can hold it up. */
interface UrgentDatabases {
  readonly intake: Database
  readonly dispatch: Database
}

/** Everything that is kept in PostgreSQL, by what it is about. */
export function createRecords(
  db: Database,
  now: () => Date,
  { intake, dispatch }: UrgentDatabases = { intake: db, dispatch: db },
) {
  return {
    inbox: createAlertInbox(intake),
    alertEnds: createAlertEnds(intake),
    checkRuns: createCheckRunRecords(db),
    verdicts: createVerdictRecords(db),
    configurations: createConfigurationRecords(db),
    dispatch: createDispatchRecords(dispatch),
    incidents: createIncidentRecords(db),
    marks: createIncidentMarks(db),
    timeline: createTimelineRecords(db),
    pages: createPageRecords(db),
    audits: createAuditRecords(db),
    attempts: createAttemptRecords(db),
    guards: createGuardLedger(db),
    evidence: createEvidenceRecords(db, now),
    figures: createFigureRecords(db),
    replayedIncidents: createReplayedIncidentRecords(db),
    retention: createRetentionRecords(db),
    reviews: createReviewRecords(db),
    scheduleChanges: createScheduleChangeRecords(db),
    credentials: createCredentialRecords(intake, now),
  }
}
