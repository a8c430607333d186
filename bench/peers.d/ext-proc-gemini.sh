# This gateway: see bench/manifests/ext-proc-gemini.
VARIANT=ext-proc-gemini PORT=18214
HEADERS=("x-api-key: bench-key")
. "$HERE/ours.sh"
