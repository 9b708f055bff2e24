-- Silences: alerts that match are paged about to nobody for a while. A silence is never deleted, but expired, so that it can always be told why
-- nobody was paged.
CREATE TABLE silences (
  id          uuid PRIMARY KEY,
  -- The same request again finds its silence instead of making a second one.
  request_key text NOT NULL UNIQUE,
  matchers    jsonb NOT NULL,
  starts_at   timestamptz NOT NULL,
  ends_at     timestamptz NOT NULL,
  created_by  text NOT NULL,
  comment     text NOT NULL,
  updated_at  timestamptz NOT NULL,
  -- The silence that this one took the place of, which was expired then.
  replaces    uuid REFERENCES silences (id),
  CHECK (starts_at <= ends_at)
);
CREATE INDEX silences_by_end ON silences (ends_at);
