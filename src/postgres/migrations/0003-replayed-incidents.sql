-- Incidents that a check replayed over recorded data would have opened. A second replay of the same data finds them again.
ALTER TABLE incidents ADD COLUMN replayed_at timestamptz;
CREATE UNIQUE INDEX incidents_replayed ON incidents (grouping_key, started_at) WHERE replayed_at IS NOT NULL;
