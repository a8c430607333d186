# This gateway: see bench/manifests/ext-proc-claude.
VARIANT=ext-proc-claude PORT=18213
HEADERS=("x-api-key: bench-key")
. "$HERE/ours.sh"
