-- A credential says whom it names, and no longer what they may do: that is asked of the configuration at each request.
ALTER TABLE credentials
  ADD COLUMN holder text NOT NULL DEFAULT 'person' CHECK (holder IN ('person', 'sender', 'operator')),
  DROP COLUMN role;
ALTER TABLE credentials ALTER COLUMN holder DROP DEFAULT;
CREATE INDEX credentials_of ON credentials (person);

-- Every change that somebody asked for and every refusal. Rows are only added.
CREATE TABLE audit_log (
  id          bigserial PRIMARY KEY,
  at          timestamptz NOT NULL,
  -- Null: nobody known.
  actor       text,
  -- Of the credential that was shown, known or not; null where none was.
  credential  text,
  -- `POST /api/v1/incidents/:name/resolve`, `slack resolve`.
  action      text NOT NULL,
  target      text,
  outcome     text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
  -- Of a refusal or failure; else what whoever asked gave.
  reason      text,
  request_id  text NOT NULL
);
CREATE INDEX audit_log_of_actor ON audit_log (actor, id);
