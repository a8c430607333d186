# This gateway: see bench/manifests/lowered.
VARIANT=lowered PORT=18211
HEADERS=("x-api-key: bench-key")
. "$HERE/ours.sh"
