#!/usr/bin/env bash
# Pebble, Let's Encrypt's CA for tests, on loopback, with a DNS server beside it that says 127.0.0.1 for every name.
#   pebble.sh install|start|stop|status
# PEBBLE_PORT: ACME (https, https://localhost:PORT/dir); PORT+1: its management; PORT+2: DNS; PORT+3: management of the DNS server.
# PEBBLE_HTTP_PORT: where it looks for answers to HTTP-01 challenges. PEBBLE_LIFETIME: of certificates, in seconds.
# $SERVICES_STATE/pebble-PORT.crt: the certificate of its own that clients must trust.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
PEBBLE_VERSION=v2.10.3
PORT=${PEBBLE_PORT:-14000}
NAME=pebble-$PORT
BIN=$SERVICES_CACHE/go/bin
install() {
  mkdir -p "$BIN"
  [ -x "$BIN/pebble-$PEBBLE_VERSION" ] && [ -x "$BIN/pebble-challtestsrv-$PEBBLE_VERSION" ] && return
  local command
  for command in pebble pebble-challtestsrv; do
    GOBIN=$BIN go install "github.com/letsencrypt/pebble/v2/cmd/$command@$PEBBLE_VERSION"
    mv "$BIN/$command" "$BIN/$command-$PEBBLE_VERSION"
  done
}
start() {
  install
  running "$NAME" && return
  local base=$SERVICES_STATE/$NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$base.key" -out "$base.crt" 2>/dev/null
  cat >"$base.json" <<JSON
{
  "pebble": {
    "listenAddress": "127.0.0.1:$PORT",
    "managementListenAddress": "127.0.0.1:$((PORT + 1))",
    "certificate": "$base.crt",
    "privateKey": "$base.key",
    "httpPort": ${PEBBLE_HTTP_PORT:-5002},
    "tlsPort": 5001,
    "keyAlgorithm": "ecdsa",
    "domainBlocklist": ["blocked.example.com"],
    "retryAfter": { "authz": 1, "order": 1 },
    "profiles": { "default": { "description": "tests", "validityPeriod": ${PEBBLE_LIFETIME:-7776000} } }
  }
}
JSON
  spawn "$NAME-dns" "$BIN/pebble-challtestsrv-$PEBBLE_VERSION" -defaultIPv6 "" -dnsserver "127.0.0.1:$((PORT + 2))" \
    -management "127.0.0.1:$((PORT + 3))" -http01 "" -https01 "" -tlsalpn01 "" -doh ""
  PEBBLE_VA_NOSLEEP=1 spawn "$NAME" "$BIN/pebble-$PEBBLE_VERSION" -config "$base.json" -dnsserver "127.0.0.1:$((PORT + 2))"
  wait_for "$NAME" 20 curl -sf --cacert "$base.crt" "https://localhost:$PORT/dir"
}
case ${1:-} in stop) stop "$NAME-dns" ;; esac
main "$NAME" "$@"
