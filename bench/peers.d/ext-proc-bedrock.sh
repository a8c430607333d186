# This gateway: see bench/manifests/ext-proc-bedrock.
VARIANT=ext-proc-bedrock PORT=18215
HEADERS=("x-api-key: bench-key")
. "$HERE/ours.sh"
