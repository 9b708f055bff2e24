import { type AcceptedAlert, fingerprintOf, type Labels } from '../alert/alert.ts'
import type { Finding, FindingKind } from './audit.ts'
import { incidentName } from '../investigate/evidence.ts'
import type { Incident } from '../incident/incident.ts'
import { firewatch } from '../incident/timeline.ts'

/** The alert about paging itself; no check may be called so. */
export const auditAlertName = 'PagingAudit'

/** Whether an incident is about the auditor's own alert: what is wrong with it must not raise that alert again. */
export function isAboutAudit({ service, labels }: Pick<Incident, 'service' | 'labels'>): boolean {
  return service === firewatch && labels['alertname'] === auditAlertName
}

/** Whether people may go unwarned because of it. Anything else can wait for the day, and keeps no heartbeat back. */
export function isUrgent(kind: FindingKind): boolean {
  return kind !== 'paused-schedule' && kind !== 'missing-review'
}

/** A finding as it is kept, from when it was found until it is well again. */
export interface StoredFinding extends Finding {
  readonly id: number
  readonly foundAt: string
}

/** @param endedAt when it was well again; `null` while it is not */
export function auditAlert(finding: StoredFinding, endedAt: string | null): AcceptedAlert {
  const { id, kind, incident, detail, foundAt } = finding
  const about: Labels = incident === null ? {} : { incident: incidentName(incident) }
  const labels = {
    alertname: auditAlertName,
    service: firewatch,
    severity: isUrgent(kind) ? 'critical' : 'warning',
    finding: kind,
    ...about,
  }
  return {
    fingerprint: fingerprintOf(labels),
    status: endedAt === null ? 'firing' : 'resolved',
    labels,
    annotations: { summary: `Paging itself: ${detail}` },
    startsAt: foundAt,
    ...(endedAt === null ? {} : { endsAt: endedAt }),
    source: 'audit',
    // The same finding, found again, is the same event.
    eventId: `audit/${id}/${endedAt === null ? 'firing' : 'resolved'}`,
  }
}
