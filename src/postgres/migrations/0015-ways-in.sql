-- The link of a page opens one incident for one person; a session says in which browser it was begun.
ALTER TABLE credentials DROP CONSTRAINT credentials_kind_check;
ALTER TABLE credentials ADD CONSTRAINT credentials_kind_check
  CHECK (kind IN ('token', 'session', 'login', 'calendar', 'page-link'));
ALTER TABLE credentials
  -- No reference: a link says what it opened for as long as it is kept, also when the incident is gone.
  ADD COLUMN incident bigint,
  ADD COLUMN browser text,
  ADD CHECK ((kind = 'page-link') = (incident IS NOT NULL));
