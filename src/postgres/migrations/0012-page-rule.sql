-- How long after their step the person's own rule asks for a page. Of pages from before it is taken from the id, this once.
ALTER TABLE pages ADD COLUMN rule_after_ms bigint NOT NULL DEFAULT 0 CHECK (rule_after_ms >= 0);
UPDATE pages SET rule_after_ms = substring(id FROM '/t([0-9]+)$')::bigint * 1000 WHERE id ~ '/t[0-9]+$';
