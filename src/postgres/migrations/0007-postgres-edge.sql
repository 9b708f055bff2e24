-- Until when a dispatcher has a row to itself: it holds no transaction open while it calls another system.
ALTER TABLE alert_inbox ADD COLUMN leased_until timestamptz;

-- What an incident's page, its guards and its end ask for.
CREATE INDEX remediation_attempts_of_incident ON remediation_attempts (incident);
CREATE INDEX remediation_attempts_of_target ON remediation_attempts (target, action, finished_at);

-- What deleting asks for: by age, and who still refers to what is to go.
CREATE INDEX incidents_ended ON incidents ((coalesce(replayed_at, resolved_at))) WHERE state = 'resolved';
CREATE INDEX incidents_recurrence ON incidents (recurrence_of) WHERE recurrence_of IS NOT NULL;
CREATE INDEX incidents_of_revision ON incidents (config_revision);
CREATE INDEX incidents_of_policy_revision ON incidents (policy_revision) WHERE policy_revision IS NOT NULL;
CREATE INDEX audit_findings_of_incident ON audit_findings (incident) WHERE incident IS NOT NULL;
CREATE INDEX pages_created ON pages (created_at);
