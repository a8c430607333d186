#!/usr/bin/env bash
# Runs LLM gateways side by side on loopback and prints one table against bare Envoy.
#
#   bench/llm.sh [PEER...]        default: envoy, then every peer that is installed
#
# Each peer is a file peers.d/NAME.sh (or $PEERS_EXTRA/NAME.sh) that may set
#   PORT      where it listens
#   URLPATH   default /v1/chat/completions
#   HEADERS   array of extra request headers
#   MODEL     default mock-1
# and defines
#   have   exit 0 if it can run here
#   start  run the gateway in the foreground (exec)
#
# The gateway has core GW_CPU to itself; the mock upstream and the load share LOAD_CPU.
# Every peer is measured in ROUNDS interleaved rounds; the table shows the median.
set -euo pipefail
export HERE=$(cd "$(dirname "$0")" && pwd)
WORK=${BENCH_WORK:-${TMPDIR:-/tmp}/llm-bench}
GW_CPU=${GW_CPU:-0} LOAD_CPU=${LOAD_CPU:-1}
ROUNDS=${ROUNDS:-3} CONC=${CONC:-32} CHUNKS=${CHUNKS:-50}
UNARY_S=${UNARY_S:-4} STREAM_S=${STREAM_S:-4} RATE=${RATE:-10} RATE_N=${RATE_N:-200}
export MOCK_PORT=${MOCK_PORT:-18100} WORK
: "${ENVOY_BIN:=$(command -v envoy || true)}"
export ENVOY_BIN
mkdir -p "$WORK/bin" "$WORK/out"
for t in mock-llm llmload; do (cd "$HERE/$t" && go build -o "$WORK/bin/$t" .); done

pids=()
stop_all() { for p in "${pids[@]:-}"; do [ -n "$p" ] && kill -- "-$p" 2>/dev/null || true; done; }
trap stop_all EXIT INT TERM

launch() { # cpu log cmd... -> pid of a new process group in $REPLY
  local cpu=$1 log=$2; shift 2
  setsid taskset -c "$cpu" "$@" >"$log" 2>&1 &
  REPLY=$!
  pids+=("$REPLY")
}
file_of() { for d in "$HERE/peers.d" ${PEERS_EXTRA:-}; do [ -f "$d/$1.sh" ] && { echo "$d/$1.sh"; return; }; done; return 1; }

launch "$LOAD_CPU" "$WORK/out/mock.log" "$WORK/bin/mock-llm" -addr "127.0.0.1:$MOCK_PORT" -chunks "$CHUNKS"
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  names=(envoy)
  for f in "$HERE"/peers.d/*.sh $([ -n "${PEERS_EXTRA:-}" ] && ls "$PEERS_EXTRA"/*.sh); do
    n=$(basename "$f" .sh); [ "$n" = envoy ] || names+=("$n")
  done
fi

: >"$WORK/out/results.jsonl"
run_one() { # name round
  local name=$1 round=$2 f url up=0
  f=$(file_of "$name") || { echo "no peer file for $name" >&2; return 0; }
  (
    URLPATH=/v1/chat/completions MODEL=mock-1 HEADERS=()
    . "$f"
    have || { [ "$round" = 1 ] && echo "$name: not installed, skipped" >&2; exit 0; }
    began=$(date +%s%N)
    setsid taskset -c "$GW_CPU" bash -c ". '$f'; start" >"$WORK/out/$name.log" 2>&1 &
    gw=$!
    trap 'kill -- -$gw 2>/dev/null || true; wait $gw 2>/dev/null || true' EXIT
    url="http://127.0.0.1:$PORT$URLPATH"
    args=(-url "$url" -model "$MODEL"); for h in "${HEADERS[@]:-}"; do [ -n "$h" ] && args+=(-H "$h"); done
    for _ in $(seq 1 1200); do
      if "$WORK/bin/llmload" "${args[@]}" -n 1 -c 1 -warmup 0 -timeout 5s >/dev/null 2>&1; then up=1; break; fi
      kill -0 $gw 2>/dev/null || break; sleep 0.1
    done
    [ $up = 1 ] || { echo "$name: did not answer; see $WORK/out/$name.log" >&2; exit 0; }
    ready=$(( ($(date +%s%N) - began) / 1000000 ))
    python3 "$HERE/measure.py" --name "$name" --round "$round" --pgid $gw --ready-ms $ready --cpu "$LOAD_CPU" \
      --load "$WORK/bin/llmload" --conc "$CONC" --chunks "$CHUNKS" --unary-s "$UNARY_S" --stream-s "$STREAM_S" \
      --rate "$RATE" --rate-n "$RATE_N" -- "${args[@]}" >>"$WORK/out/results.jsonl"
  )
}
for r in $(seq 1 "$ROUNDS"); do
  for n in "${names[@]}"; do echo "round $r: $n" >&2; run_one "$n" "$r"; done
done
python3 "$HERE/table.py" "$WORK/out/results.jsonl"
