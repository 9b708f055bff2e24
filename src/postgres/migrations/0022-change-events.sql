-- What people and machines changed, as integrations report it: evidence of what came just before.
CREATE TABLE change_events (
  id          bigserial PRIMARY KEY,
  change_id   text NOT NULL UNIQUE,
  source      text NOT NULL,
  at          timestamptz NOT NULL,
  summary     text NOT NULL,
  labels      jsonb NOT NULL,
  links       jsonb NOT NULL,
  accepted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX change_events_at ON change_events (at);
