# Shared by the peer files of this gateway: starts it on a folder of bench/manifests, with the mock's port filled in, one Envoy worker.
# A peer file sets VARIANT (folder name below bench/manifests) and PORT before sourcing this.
ROOT=$(cd "$HERE/.." && pwd)
have() { [ -d "$HERE/manifests/$VARIANT" ]; }
start() {
  local dir=$WORK/manifests-$VARIANT
  rm -rf "$dir" && mkdir -p "$dir"
  for f in "$ROOT/bench/manifests/$VARIANT"/*.yaml "$ROOT"/bench/manifests/common/*.yaml; do sed "s/\${MOCK_PORT}/$MOCK_PORT/g" "$f" >"$dir/$(basename "$f")"; done
  export ENVOY_PATH=$ENVOY_BIN
  exec "$ROOT/node_modules/.bin/node" "$ROOT/src/cli/main.ts" standalone --config-dir "$dir" --http-port "$PORT" --https-port 0 --admin-port 0 \
    --data-dir "$WORK/data-$VARIANT" --log-level warn --envoy-concurrency 1
}
