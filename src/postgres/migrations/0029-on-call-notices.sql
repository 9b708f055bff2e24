-- Who is to be told that a change of a schedule put them on call, or took them off. Committed with the change; sent by the workers.
CREATE TABLE on_call_notices (
  id          bigserial PRIMARY KEY,
  -- Of schedule_changes.
  change      bigint NOT NULL,
  person      text NOT NULL,
  -- What changed for them: schedule, who did it and why, and the times.
  facts       jsonb NOT NULL,
  -- How many of their contacts were tried in vain.
  contact     integer NOT NULL DEFAULT 0,
  attempts    integer NOT NULL DEFAULT 0,
  state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'unknown')),
  last_error  text,
  created_at  timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX on_call_notices_due ON on_call_notices (due_at) WHERE finished_at IS NULL;
