-- What the rooms that follow an incident were told of each of its alerts last, and when; NULL: nothing.
ALTER TABLE incident_alerts ADD COLUMN told text CHECK (told IN ('firing', 'resolved'));
ALTER TABLE incident_alerts ADD COLUMN told_at timestamptz;
