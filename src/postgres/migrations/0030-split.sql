-- The incident that a person moved an alert to: here it stays as it was then, and counts no more. There it stays, also while it is clear.
ALTER TABLE incident_alerts ADD COLUMN moved_to bigint REFERENCES incidents (number) ON DELETE SET NULL;
ALTER TABLE incident_alerts ADD COLUMN is_split boolean NOT NULL DEFAULT false;
CREATE INDEX incident_alerts_split ON incident_alerts (fingerprint, source) WHERE is_split;
CREATE INDEX incident_alerts_moved ON incident_alerts (moved_to) WHERE moved_to IS NOT NULL;
