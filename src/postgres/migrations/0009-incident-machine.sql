-- What happened is a typed fact; sentences are made when it is read. Entries from before keep the sentence they were written with.
ALTER TABLE timeline ADD COLUMN fact jsonb;
UPDATE timeline SET fact = jsonb_build_object('type', 'recorded', 'kind', kind, 'text', summary);
UPDATE timeline SET fact = jsonb_build_object('type', 'not-actionable', 'text', detail->>'notActionable')
WHERE event_key = 'not-actionable' AND detail->>'notActionable' IS NOT NULL;
ALTER TABLE timeline ALTER COLUMN fact SET NOT NULL, DROP COLUMN kind, DROP COLUMN summary, DROP COLUMN detail;

-- The incident's state as its last decision left it, how many decisions its workflow has been told of, and the newest that it must be told of.
ALTER TABLE incidents
  ADD COLUMN machine jsonb,
  ADD COLUMN told_decisions integer NOT NULL DEFAULT 0,
  ADD COLUMN stirred_decisions integer NOT NULL DEFAULT 0,
  -- Somebody is telling the workflow until then, or it could not be told and is told again then.
  ADD COLUMN tell_after timestamptz;
CREATE INDEX incidents_to_tell ON incidents (tell_after) WHERE stirred_decisions > told_decisions;

-- Everything an incident heard of, as it came: decided anew, it comes to the stored state.
CREATE TABLE incident_events (
  incident bigint NOT NULL REFERENCES incidents,
  seq      integer NOT NULL,
  event    jsonb NOT NULL,
  PRIMARY KEY (incident, seq)
);

ALTER TABLE pages
  -- When it may be sent, or tried again, or taken over from a sender that never reported.
  ADD COLUMN due_at timestamptz NOT NULL DEFAULT now(),
  -- No try begins after this.
  ADD COLUMN tries_until timestamptz,
  -- Why it is not to be tried again, when it was called off while it was being sent.
  ADD COLUMN called_off text;
UPDATE pages SET kind = 'hand-over', step = 0 WHERE step = -1;
DROP INDEX pages_open;
CREATE INDEX pages_due ON pages (due_at) WHERE finished_at IS NULL;

-- A dispatcher has the row in hand until then.
ALTER TABLE alert_inbox ADD COLUMN IF NOT EXISTS leased_until timestamptz;
