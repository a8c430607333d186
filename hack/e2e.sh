#!/usr/bin/env bash
# Runs the end-to-end suite on a real node made from packages (hack/cluster): no image registry, no container engine, no kind. Needs root.
# The image is built by the project's Dockerfile, the chart installed by helm, pods run for real; everything is taken down at the end.
#   hack/e2e.sh [JEST-OPTION…]
set -euo pipefail
cd "$(dirname "$0")/.."
export GATEWAY_CLUSTER_NAME=${GATEWAY_CLUSTER_NAME:-e2e-$$}
. hack/cluster/lib.sh
trap 'hack/cluster/down.sh >/dev/null 2>&1 || true' EXIT
tag=docker.io/higress-ts/higress:e2e
archive=$CACHE/images/higress-e2e-$$.tar
extra=()
[ -z "${NODE_EXTRA_CA_CERTS:-}" ] || extra=(-- --secret "id=extra-ca,src=$NODE_EXTRA_CA_CERTS")
envoy=$(hack/cluster/base-images.sh envoy)
hack/cluster/build-dockerfile.sh --tag "$tag" --out "$archive" . "${extra[@]}"
E2E_KUBECONFIG=$(hack/cluster/up.sh node)
export E2E_KUBECONFIG
hack/cluster/load-image.sh "$archive" "$envoy"
rm -f "$archive"
port=$(hack/cluster/publish.sh 0 "$NODE_IP:30080")
PATH=$(dirname "$KUBECTL_BIN"):$(dirname "$HELM4_BIN"):$PATH \
  E2E_GATEWAY_URL=http://127.0.0.1:$port E2E_NODE_PORT=30080 npm run test:e2e -- "$@"
