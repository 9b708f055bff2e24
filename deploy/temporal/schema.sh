#!/bin/sh
# Brings Temporal's two databases to the schema of this image. One that is up to date is left as it is.
set -eu

update() {
  sql() { temporal-sql-tool --plugin postgres12 --ep "$SQL_HOST" -p 5432 -u "$SQL_USER" --db "$@"; }
  sql "$1" setup-schema -v 0.0
  sql "$1" update-schema -d "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

update temporal temporal
update temporal_visibility visibility
