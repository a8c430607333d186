# This gateway: see bench/manifests/plain.
VARIANT=plain PORT=18210
. "$HERE/ours.sh"
