-- What people change about a schedule for a while: overrides, temporary schedules and shift swaps. A change is never deleted, but ended, so that
-- who was on call, and who said so, can always be told.
CREATE TABLE schedule_changes (
  id          bigserial PRIMARY KEY,
  -- The same request again finds its change instead of making a second one.
  request_key text NOT NULL UNIQUE,
  schedule    text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('override', 'temporary', 'swap')),
  from_at     timestamptz NOT NULL,
  to_at       timestamptz NOT NULL,
  removed     text,
  added       text,
  shifts      jsonb,
  owner       text,
  taker       text,
  taken_at    timestamptz,
  reason      text NOT NULL,
  made_by     text NOT NULL,
  made_at     timestamptz NOT NULL,
  ended_by    text,
  ended_at    timestamptz,
  CHECK (from_at < to_at),
  CHECK ((taker IS NULL) = (taken_at IS NULL)),
  CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX schedule_changes_of ON schedule_changes (schedule, id);

-- Addresses of calendars carry a secret of their own, which opens nothing else.
ALTER TABLE credentials DROP CONSTRAINT credentials_kind_check;
ALTER TABLE credentials ADD CONSTRAINT credentials_kind_check
  CHECK (kind IN ('token', 'session', 'login', 'calendar'));
