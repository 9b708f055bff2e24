-- Between event and incident stands the alert: one per source and fingerprint, with its state of now. What an incident knows of its alerts is apart: it
-- stays as it was when the same alert fires again in a later one.
ALTER TABLE alerts RENAME TO incident_alerts;
ALTER TABLE incident_alerts ADD COLUMN source text NOT NULL DEFAULT '';
UPDATE incident_alerts SET source = alert_inbox.source FROM alert_inbox WHERE alert_inbox.id = incident_alerts.inbox_id;
ALTER TABLE incident_alerts ALTER COLUMN source DROP DEFAULT;
ALTER TABLE incident_alerts DROP CONSTRAINT alerts_pkey;
ALTER TABLE incident_alerts ADD PRIMARY KEY (incident, source, fingerprint);
DROP INDEX alerts_firing;
CREATE INDEX incident_alerts_firing ON incident_alerts (fingerprint, source) WHERE status = 'firing';

CREATE TABLE alerts (
  source       text NOT NULL,
  fingerprint  text NOT NULL,
  status       text NOT NULL CHECK (status IN ('firing', 'resolved')),
  labels       jsonb NOT NULL,
  annotations  jsonb NOT NULL,
  starts_at    timestamptz NOT NULL,
  ends_at      timestamptz,
  -- It fires until then unless its source says so again.
  expires_at   timestamptz,
  changed_at   timestamptz NOT NULL,
  source_at    timestamptz NOT NULL,
  inbox_id     bigint NOT NULL,
  PRIMARY KEY (source, fingerprint)
);
CREATE INDEX alerts_expiring ON alerts (expires_at) WHERE status = 'firing';
CREATE INDEX alerts_ended ON alerts (ends_at) WHERE status = 'resolved';

ALTER TABLE alert_inbox ADD COLUMN expires_at timestamptz;
DROP INDEX alert_inbox_resolved;
CREATE INDEX alert_inbox_resolved ON alert_inbox (fingerprint, source) WHERE status = 'resolved';

-- Which route of the configuration it is of: by its labels alone it could be of several. NULL: the one that takes its labels.
ALTER TABLE incidents ADD COLUMN route text;
