#!/usr/bin/env bash
# Runs the end-to-end suite on kind (needs docker, kind, kubectl, helm). The same suite runs without any of them by hack/e2e.sh.
#   hack/kind-e2e.sh [CLUSTER]    an existing kind cluster made with hack/kind.yaml; without a name one is made and deleted again
set -euo pipefail
cd "$(dirname "$0")/.."
cluster=${1:-}
if [ -z "$cluster" ]; then
  cluster=higress-e2e-$$
  kind create cluster --name "$cluster" --config hack/kind.yaml --wait 120s
  trap 'kind delete cluster --name "$cluster"' EXIT
fi
docker build --tag docker.io/higress-ts/higress:e2e .
kind load docker-image --name "$cluster" docker.io/higress-ts/higress:e2e
docker pull --quiet envoyproxy/envoy:v1.40.0
kind load docker-image --name "$cluster" envoyproxy/envoy:v1.40.0
export E2E_KUBECONFIG
E2E_KUBECONFIG=$(mktemp)
kind get kubeconfig --name "$cluster" >"$E2E_KUBECONFIG"
E2E_GATEWAY_URL=http://127.0.0.1:30080 E2E_NODE_PORT=30080 npm run test:e2e
