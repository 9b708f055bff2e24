-- Which configuration servers and workers are to run: one row, replaced by whoever applies another one.
CREATE TABLE config_wanted (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- Rises with each change, so that of two who change it at once one is refused.
  number    bigint NOT NULL,
  revision  text NOT NULL,
  wanted_by text NOT NULL,
  wanted_at timestamptz NOT NULL,
  -- Of the `firewatch up` that said so; its processes then take the stored revision where their file has another.
  run_id    text
);

-- Which configuration each server and worker runs, as it says of itself every few seconds.
CREATE TABLE config_processes (
  id         text PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('server', 'worker')),
  host       text NOT NULL,
  pid        integer NOT NULL,
  run_id     text,
  file       text NOT NULL,
  revision   text NOT NULL,
  -- Since when it runs that revision.
  since      timestamptz NOT NULL,
  -- Why it does not run what is wanted.
  problem    text,
  heard_at   timestamptz NOT NULL
);
