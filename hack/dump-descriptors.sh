#!/usr/bin/env bash
# Dumps the descriptors of every message of Envoy's API into src/xds/proto/data/envoy.binpb.gz. Needs Go; run it only to move to another Envoy.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
module=github.com/envoyproxy/go-control-plane/envoy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$root"/hack/dump-descriptors/* "$work"
cd "$work"
export GOFLAGS=-mod=mod

{
  echo '// Links every package of the module for its registered descriptors.'
  echo 'package main'
  echo
  echo 'import ('
  echo '	_ "github.com/cncf/xds/go/udpa/annotations"'
  echo '	_ "google.golang.org/protobuf/types/known/emptypb"'
  echo '	_ "google.golang.org/protobuf/types/known/fieldmaskpb"'
  # The module's root package holds no messages.
  go list "$module/..." | grep -v "^$module\$" | sed 's/.*/	_ "&"/'
  echo ')'
} >imports.go

go run . "$root/src/xds/proto/data/envoy.binpb.gz"
# Pins what was used, so that the next run resolves to the same versions.
cp go.mod go.sum "$root/hack/dump-descriptors/"
