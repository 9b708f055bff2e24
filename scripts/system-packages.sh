#!/bin/sh
# Installs the Debian packages that `npm run test:system` needs, where they are missing and this is root. Where they are missing and this is not
# root, says so: the tests that need them fail, they are not skipped.
set -eu

missing=
[ -x /usr/bin/chromium ] || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || missing="$missing postgresql"
[ -x /usr/bin/prometheus ] || missing="$missing prometheus"
[ -x /usr/bin/prometheus-alertmanager ] || missing="$missing prometheus-alertmanager"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
  echo "the system tests need Debian's packages: apt-get install$missing" >&2
  exit 1
fi
apt-get update -qq
# Their own servers are not wanted: each test starts one of its own. RUNLEVEL tells the packages so.
# shellcheck disable=SC2086 # a list of names
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
