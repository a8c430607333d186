# This gateway: see bench/manifests/lowered-no-stats.
VARIANT=lowered-no-stats PORT=18217
HEADERS=("x-api-key: bench-key")
. "$HERE/ours.sh"
