#!/bin/sh
# Run once, by the image, when the cluster is new: a role and its databases for each of the two that keep data here.
set -eu

psql --no-psqlrc --set=ON_ERROR_STOP=1 \
  --set=firewatch="$FIREWATCH_DB_PASSWORD" --set=temporal="$TEMPORAL_DB_PASSWORD" --username=postgres <<'SQL'
CREATE ROLE firewatch LOGIN PASSWORD :'firewatch';
CREATE DATABASE firewatch OWNER firewatch;
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE firewatch, temporal, temporal_visibility FROM PUBLIC;
SQL
