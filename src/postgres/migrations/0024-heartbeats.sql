-- Jobs that beat, one row for each name that was ever heard of. The upper part is written by beats, the lower by whoever looks, under the row's lock.
CREATE TABLE heartbeats (
  name           text PRIMARY KEY,
  -- When it was received. Null: never, or not since it was taken out of the configuration.
  last_beat_at   timestamptz,
  last_status    text CHECK (last_status IN ('ok', 'fail')),
  message        text,

  state          text NOT NULL DEFAULT 'inactive' CHECK (state IN ('inactive', 'healthy', 'unhealthy')),
  since          timestamptz,
  -- The beat by which it is unhealthy.
  judged_beat_at timestamptz,
  -- The event by which its alert fires.
  alert          jsonb,
  -- How many it has had: the ids of their events count on. So rows are never deleted.
  alerts         integer NOT NULL DEFAULT 0,
  -- When the last of them ended.
  ended_at       timestamptz,
  CHECK ((last_beat_at IS NULL) = (last_status IS NULL))
);

-- Since when somebody has looked without a break: while nobody does, nobody can beat.
CREATE TABLE heartbeat_watch (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  looked_at timestamptz NOT NULL,
  since     timestamptz NOT NULL
);

ALTER TABLE credentials DROP CONSTRAINT credentials_holder_check;
ALTER TABLE credentials
  ADD CONSTRAINT credentials_holder_check CHECK (holder IN ('person', 'sender', 'operator', 'heartbeat'));
