-- What the checks of firewatch.yaml look at. Collectors write one row per event (a pipeline's run, a request), or per sample of a gauge, which
-- they take every 15 to 30 seconds: a Prometheus remote-write adapter, an OpenTelemetry collector or the services themselves.
-- Checks ask for one stretch of time at once, so every table is ordered by time.

CREATE DATABASE IF NOT EXISTS monitoring;

-- pipeline_runs_total, pipeline_duration_seconds: a row when a run ends.
CREATE TABLE IF NOT EXISTS monitoring.pipeline_runs (
  time             DateTime('UTC'),
  pipeline_name    LowCardinality(String),
  status           Enum8('success' = 1, 'failed' = 2),
  duration_seconds Float64
) ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY time;

-- data_quality_score: a sample, 0 to 1, per table and dimension (completeness, accuracy, consistency, uniqueness).
CREATE TABLE IF NOT EXISTS monitoring.data_quality (
  time       DateTime('UTC'),
  table_name LowCardinality(String),
  dimension  LowCardinality(String),
  score      Float64
) ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY time;

-- api_requests_total, api_request_duration_seconds: a row per request.
CREATE TABLE IF NOT EXISTS monitoring.api_requests (
  time             DateTime('UTC'),
  endpoint         LowCardinality(String),
  method           LowCardinality(String),
  status_code      UInt16,
  duration_seconds Float64
) ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY time;

-- database_connection_pool_size: a sample per pool.
CREATE TABLE IF NOT EXISTS monitoring.connection_pools (
  time      DateTime('UTC'),
  pool_name LowCardinality(String),
  active    UInt32,
  total     UInt32
) ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY time;

-- node_cpu_seconds_total, node_memory_MemAvailable_bytes, node_memory_MemTotal_bytes: a sample per machine.
CREATE TABLE IF NOT EXISTS monitoring.machines (
  time                   DateTime('UTC'),
  instance               LowCardinality(String),
  cpu_idle_percent       Float64,
  memory_available_bytes UInt64,
  memory_total_bytes     UInt64
) ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY time;

-- node_filesystem_avail_bytes, node_filesystem_size_bytes: a sample per mounted file system; temporary ones are left out.
CREATE TABLE IF NOT EXISTS monitoring.filesystems (
  time            DateTime('UTC'),
  instance        LowCardinality(String),
  mountpoint      String,
  available_bytes UInt64,
  size_bytes      UInt64
) ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY time;
