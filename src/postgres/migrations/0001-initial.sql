-- Everything Firewatch knows that must survive a restart. Instants are timestamptz; durations are milliseconds.

CREATE TABLE config_revisions (
  revision    text PRIMARY KEY,
  content     jsonb NOT NULL,
  applied_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE verdicts (
  check_name  text NOT NULL,
  metric      text NOT NULL,
  slice       text NOT NULL,
  slice_group text NOT NULL,
  bucket_at   timestamptz NOT NULL,
  state       text NOT NULL CHECK (state IN ('ok', 'firing', 'unknown')),
  reason      text NOT NULL,
  value       double precision,
  baselines   jsonb NOT NULL,
  evaluated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (check_name, bucket_at, metric, slice, slice_group)
);

-- One row per series: where its alert stands between two runs of the check.
CREATE TABLE series_states (
  check_name   text NOT NULL,
  metric       text NOT NULL,
  slice        text NOT NULL,
  slice_group  text NOT NULL,
  state        jsonb NOT NULL,
  updated_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (check_name, metric, slice, slice_group)
);

-- What was accepted, in order. A row is written before its sender hears success.
CREATE TABLE alert_inbox (
  id            bigserial PRIMARY KEY,
  event_id      text NOT NULL UNIQUE,
  source        text NOT NULL,
  fingerprint   text NOT NULL,
  status        text NOT NULL CHECK (status IN ('firing', 'resolved')),
  labels        jsonb NOT NULL,
  annotations   jsonb NOT NULL,
  starts_at     timestamptz NOT NULL,
  ends_at       timestamptz,
  accepted_at   timestamptz NOT NULL DEFAULT now(),
  dispatched_at timestamptz
);
CREATE INDEX alert_inbox_waiting ON alert_inbox (id) WHERE dispatched_at IS NULL;
-- Whether an alert that comes as firing had been reported as resolved before: the two may arrive in the wrong order.
CREATE INDEX alert_inbox_resolved ON alert_inbox (fingerprint) WHERE status = 'resolved';

CREATE TABLE incidents (
  number          bigserial PRIMARY KEY,
  grouping_key    text NOT NULL,
  title           text NOT NULL,
  service         text NOT NULL,
  labels          jsonb NOT NULL,
  severity        text NOT NULL CHECK (severity IN ('P0', 'P1', 'P2', 'P3')),
  severity_set_by text,
  state           text NOT NULL CHECK (state IN ('open', 'monitoring', 'resolved')),
  -- Rises with every change of an alert, so that closing can be refused when one arrived meanwhile.
  version         integer NOT NULL DEFAULT 1,
  config_revision text NOT NULL REFERENCES config_revisions,
  runbook         text,
  recurrence_of   bigint REFERENCES incidents,
  chart_token     text NOT NULL UNIQUE,
  started_at      timestamptz NOT NULL,
  detected_at     timestamptz NOT NULL DEFAULT now(),
  acknowledged_at timestamptz,
  acknowledged_by text,
  mitigated_at    timestamptz,
  resolved_at     timestamptz,
  resolved_by     text,
  -- What automation did, does and awaits, as one sentence for people.
  now_doing       text NOT NULL DEFAULT ''
);
-- One open incident per grouping key; its workflow id is the same key.
CREATE UNIQUE INDEX incidents_open ON incidents (grouping_key) WHERE state <> 'resolved';
CREATE INDEX incidents_of_key ON incidents (grouping_key, number);

CREATE TABLE alerts (
  incident     bigint NOT NULL REFERENCES incidents,
  fingerprint  text NOT NULL,
  status       text NOT NULL CHECK (status IN ('firing', 'resolved')),
  labels       jsonb NOT NULL,
  annotations  jsonb NOT NULL,
  starts_at    timestamptz NOT NULL,
  ends_at      timestamptz,
  -- When the newest event that was applied had been accepted; what its source says of its time; its row in the inbox.
  changed_at   timestamptz NOT NULL DEFAULT now(),
  source_at    timestamptz,
  inbox_id     bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (incident, fingerprint)
);
CREATE INDEX alerts_firing ON alerts (fingerprint) WHERE status = 'firing';

-- What happened, in the words people read. The event key makes a repeated activity write it once.
CREATE TABLE timeline (
  id         bigserial PRIMARY KEY,
  incident   bigint NOT NULL REFERENCES incidents,
  event_key  text NOT NULL,
  at         timestamptz NOT NULL,
  kind       text NOT NULL,
  actor      text NOT NULL,
  summary    text NOT NULL,
  detail     jsonb NOT NULL DEFAULT '{}',
  UNIQUE (incident, event_key)
);

CREATE TABLE evidence (
  incident     bigint NOT NULL REFERENCES incidents,
  -- Cited as INC-42/E3.
  number       integer NOT NULL,
  -- The same question asked at the same stage is stored once.
  evidence_key text NOT NULL,
  kind         text NOT NULL,
  title        text NOT NULL,
  query        text,
  window_from  timestamptz,
  window_to    timestamptz,
  result       jsonb NOT NULL,
  -- SHA-256 of the canonical JSON of kind, query, window and result.
  hash         text NOT NULL,
  collected_at timestamptz NOT NULL,
  PRIMARY KEY (incident, number),
  UNIQUE (incident, evidence_key)
);

-- The outbox of pages: one message to one person over one channel for one escalation step.
CREATE TABLE pages (
  id              text PRIMARY KEY,
  incident        bigint NOT NULL REFERENCES incidents,
  -- `page`, or the messages that follow one: `acknowledged`, `resolved`.
  kind            text NOT NULL,
  step            integer NOT NULL,
  round           integer NOT NULL,
  person          text NOT NULL,
  channel         text NOT NULL,
  contact         integer NOT NULL,
  state           text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'cancelled')),
  attempts        integer NOT NULL DEFAULT 0,
  provider_id     text,
  last_error      text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  sent_at         timestamptz,
  finished_at     timestamptz
);
CREATE INDEX pages_of_incident ON pages (incident, step, round);

CREATE TABLE remediation_attempts (
  id            text PRIMARY KEY,
  incident      bigint NOT NULL REFERENCES incidents,
  rung          integer NOT NULL,
  action        text NOT NULL,
  target        text NOT NULL,
  state         text NOT NULL,
  fence         bigint,
  decision      text NOT NULL,
  before        jsonb,
  after         jsonb,
  -- Whether the effect took place outside, and whether it helped.
  effect        text CHECK (effect IN ('done', 'not-done', 'unknown')),
  outcome       text CHECK (outcome IN ('helped', 'no-effect', 'harmed', 'unknown', 'refused', 'cleared')),
  explanation   text NOT NULL DEFAULT '',
  proposed_at   timestamptz NOT NULL DEFAULT now(),
  started_at    timestamptz,
  acted_at      timestamptz,
  finished_at   timestamptz
);

-- The guard ledger: the rising fence of each target, and the breaker of each action and target class.
CREATE TABLE guard_fences (
  target text PRIMARY KEY,
  fence  bigint NOT NULL
);
CREATE TABLE guard_switches (
  -- `everything`, or `incident/INC-42`, `target/<name>`.
  scope  text PRIMARY KEY,
  stopped_by text NOT NULL,
  reason text NOT NULL,
  stopped_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE reviews (
  incident   bigint PRIMARY KEY REFERENCES incidents,
  state      text NOT NULL,
  markdown   text NOT NULL,
  model      jsonb NOT NULL,
  drafted_at timestamptz NOT NULL DEFAULT now()
);

-- API tokens and console sessions; only the SHA-256 of the secret is kept.
CREATE TABLE credentials (
  secret_hash  text PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('token', 'session', 'login')),
  person       text NOT NULL,
  role         text NOT NULL CHECK (role IN ('viewer', 'responder', 'admin')),
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  used_at      timestamptz
);
