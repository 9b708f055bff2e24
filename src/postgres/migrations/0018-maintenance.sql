-- Maintenance that people announce while everything runs: nobody is paged about a service meanwhile. A window is never deleted, but ended, so
-- that it can always be told why nobody was paged.
CREATE TABLE maintenance_windows (
  id          bigserial PRIMARY KEY,
  -- The same request again finds its window instead of making a second one.
  request_key text NOT NULL UNIQUE,
  service     text NOT NULL,
  from_at     timestamptz NOT NULL,
  to_at       timestamptz NOT NULL,
  reason      text NOT NULL,
  made_by     text NOT NULL,
  made_at     timestamptz NOT NULL,
  ended_by    text,
  ended_at    timestamptz,
  CHECK (from_at < to_at),
  CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX maintenance_windows_of ON maintenance_windows (service, to_at) WHERE ended_at IS NULL;
