# This gateway: see bench/manifests/ext-proc-qwen.
VARIANT=ext-proc-qwen PORT=18216
HEADERS=("x-api-key: bench-key")
. "$HERE/ours.sh"
