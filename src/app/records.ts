import { keepsIncidents } from '../domain/page/channel-traits.ts'
import type { Configuration } from '../domain/configuration/configuration.ts'
import { createAlertRepeats } from '../postgres/alert-repeats.ts'
import { createChangeEventRecords } from '../postgres/change-events.ts'
import { createAlertExpiry } from '../postgres/alert-expiry.ts'
import { createAlertInbox } from '../postgres/alert-inbox.ts'
import { createAttemptRecords } from '../postgres/attempts.ts'
import { createAuditRecords } from '../postgres/audits.ts'
import { createCheckRunRecords } from '../postgres/check-runs.ts'
import { createConfigurationStanding } from '../postgres/configuration-standing.ts'
import { createConfigurationRecords } from '../postgres/configurations.ts'
import { createCredentialRecords } from '../postgres/credentials.ts'
import type { Database } from '../postgres/database.ts'
import { createDeclarations } from '../postgres/declarations.ts'
import { createDispatchRecords } from '../postgres/dispatch.ts'
import { createEvidenceRecords } from '../postgres/evidence.ts'
import { createFiringAlerts } from '../postgres/firing-alerts.ts'
import { createFigureRecords } from '../postgres/figures.ts'
import { createGuardLedger } from '../postgres/guard-ledger.ts'
import { createHeartbeatRecords } from '../postgres/heartbeats.ts'
import { createIncidentCommands } from '../postgres/incident-commands.ts'
import { createIncidentMachine, type IncidentMachine } from '../postgres/incident-machine.ts'
import { createIncidentBoard } from '../postgres/incident-board.ts'
import { createIncidentMarks } from '../postgres/incident-marks.ts'
import { announcedMaintenance, createMaintenanceRecords } from '../postgres/maintenance.ts'
import { createWorkflowNotifications } from '../postgres/workflow-notifications.ts'
import type { IncidentConfigurations } from '../postgres/incident-world.ts'
import { createIncidentRecords } from '../postgres/incidents.ts'
import { createNoticeRecords } from '../postgres/on-call-notices.ts'
import { createPageSending } from '../postgres/page-sending.ts'
import { createPageLinkRecords } from '../postgres/page-links.ts'
import { createPageRecords } from '../postgres/pages.ts'
import { createReplayedIncidentRecords } from '../postgres/replayed-incidents.ts'
import { createRetentionRecords } from '../postgres/retention.ts'
import { createReviewRecords } from '../postgres/reviews.ts'
import { createRunningConfigurationRecords } from '../postgres/running-configurations.ts'
import { createScheduleChangeRecords } from '../postgres/schedule-changes.ts'
import { createSilenceRecords } from '../postgres/silences.ts'
import { createTimelineRecords } from '../postgres/timeline.ts'
import { openSuccessor } from '../postgres/successor.ts'
import { createTestPageRecords } from '../postgres/test-pages.ts'
import { createVerdictRecords } from '../postgres/verdict-records.ts'
import { newToken } from './chart-token.ts'
import { currentSchedules } from './on-call.ts'

export type Records = ReturnType<typeof createRecords>

/** What decisions about incidents go by, beside what is kept. */
export interface RecordOptions {
  /** As configured now. */
  readonly running: () => Configuration
  readonly newToken: () => string
  /** Alerts came in, where whoever dispatches them is in this process; absent: it is told through the database. */
  readonly accepted?: () => void
  /** Where a server keeps what is urgent apart, so that nothing else can hold it up. */
  readonly urgent?: { readonly intake: Database; readonly dispatch: Database }
}

/** For those who decide nothing about incidents. */
const onlyRecords: RecordOptions = {
  running: () => {
    throw new Error('no configuration runs here, so nothing can be decided about incidents')
  },
  newToken,
}

/** Everything that is kept in PostgreSQL, by what it is about. */
export function createRecords(db: Database, now: () => Date, options: RecordOptions = onlyRecords) {
  const { running, urgent = { intake: db, dispatch: db } } = options
  const configurations = createConfigurationRecords(db)
  const known: IncidentConfigurations = {
    running,
    get: (revision) => configurations.get(revision),
    announced: announcedMaintenance,
    silences: (on, at) => createSilenceRecords(on).active(at),
    schedules: (on, names) => currentSchedules(running, createScheduleChangeRecords(on)).current(names),
  }
  const machine: IncidentMachine = createIncidentMachine(db, {
    configurations: known,
    keepsIncidents,
    openSuccessor: (on, incident, at) =>
      openSuccessor(on, { machine, configurations: known }, incident, at, options.newToken),
  })
  const inbox = createAlertInbox(urgent.intake, options.accepted)
  return {
    machine,
    declarations: createDeclarations(db, inbox),
    workflowNotifications: createWorkflowNotifications(db),
    commands: createIncidentCommands({ machine, configurations: known, newToken: options.newToken }),
    sending: createPageSending(db, machine),
    inbox,
    alertRepeats: createAlertRepeats(urgent.intake),
    alertExpiry: createAlertExpiry(db),
    changeEvents: createChangeEventRecords(urgent.intake),
    heartbeats: createHeartbeatRecords(db, urgent.intake),
    firingAlerts: createFiringAlerts(db),
    checkRuns: createCheckRunRecords(db),
    verdicts: createVerdictRecords(db),
    configurations,
    configurationStanding: createConfigurationStanding(db),
    runningConfigurations: createRunningConfigurationRecords(db),
    dispatch: createDispatchRecords(urgent.dispatch, machine, known),
    incidents: createIncidentRecords(db),
    board: createIncidentBoard(db),
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
    pageLinks: createPageLinkRecords(db, now),
    onCallNotices: createNoticeRecords(db),
    testPages: createTestPageRecords(db),
    maintenance: createMaintenanceRecords(db),
    silences: createSilenceRecords(db),
    credentials: createCredentialRecords(urgent.intake, now),
  }
}
