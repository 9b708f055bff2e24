#!/bin/sh
# Makes Firewatch's namespace, unless it is there. The server answers gRPC a moment after its port is open: then this is run again.
set -eu

temporal operator cluster health
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
