-- What the rooms that follow an incident were told of each of its alerts by the last notice, and when; NULL: nothing. An alert is in the group until a look at it
-- after it cleared.
ALTER TABLE incident_alerts ADD COLUMN told text CHECK (told IN ('firing', 'resolved'));
ALTER TABLE incident_alerts ADD COLUMN told_at timestamptz;
ALTER TABLE incident_alerts ADD COLUMN in_group boolean NOT NULL DEFAULT true;
