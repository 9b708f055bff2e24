-- Test pages that somebody asked for, one row for each contact; sent by the workers, as pages are. Rows of a day ago are deleted with the next one asked for.
CREATE TABLE test_pages (
  id         bigserial PRIMARY KEY,
  -- One for all contacts of one request.
  request    text NOT NULL,
  -- A user, or a shared channel.
  receiver   text NOT NULL,
  -- As counted in the configuration of that revision; 0 for the one of a shared channel.
  contact    integer NOT NULL,
  revision   text NOT NULL,
  asked_by   text NOT NULL,
  asked_at   timestamptz NOT NULL,
  -- When a worker began to send it.
  claimed_at timestamptz,
  outcome    jsonb
);
CREATE INDEX test_pages_asked ON test_pages (asked_at);
