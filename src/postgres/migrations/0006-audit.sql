-- What the auditor of paging found, from when until when. What it could repair at once has ended as it was found.
CREATE TABLE audit_findings (
  id        bigserial PRIMARY KEY,
  kind      text NOT NULL,
  -- Null: of no incident yet.
  incident  bigint REFERENCES incidents,
  detail    text NOT NULL,
  -- About the incident of the auditor's own alert: it does not raise that alert again.
  quiet     boolean NOT NULL,
  repaired  boolean NOT NULL DEFAULT false,
  found_at  timestamptz NOT NULL,
  seen_at   timestamptz NOT NULL,
  ended_at  timestamptz
);
CREATE UNIQUE INDEX audit_findings_open ON audit_findings (kind, coalesce(incident, 0)) WHERE ended_at IS NULL;

-- One row: when the auditor last looked, when all was well, and when it last told so outside.
CREATE TABLE audit_runs (
  only_one     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  ran_at       timestamptz NOT NULL,
  ok_at        timestamptz,
  heartbeat_at timestamptz
);

-- When open incidents were told that the configuration is this one now; the newest one is what they know.
ALTER TABLE config_revisions ADD COLUMN announced_at timestamptz;
