# This gateway: see bench/manifests/ext-proc-openai.
VARIANT=ext-proc-openai PORT=18212
HEADERS=("x-api-key: bench-key")
. "$HERE/ours.sh"
