# Runs in a gateway that must end, before Envoy is told so: connections are asked to close, and the last request gets its answer.
# It goes on taking new connections for {{ .Values.gateway.drain.minSeconds }} s, until everybody knows that it goes.
. "${BASH_SOURCE[0]%/*}/ask.sh"
# Connections of clients, and calls of plugins that go out through this gateway.
busy() {
  local line sum=0
  while IFS= read -r line; do
    line=${line%$'\r'}
    [[ $line =~ ^http\.(https?\.downstream_cx|higress\.egress\.downstream_rq)_active:\ ([0-9]+)$ ]] && sum=$((sum + BASH_REMATCH[2]))
  done < <(ask GET '/stats?filter=downstream_(cx|rq)_active')
  echo "$sum"
}
ask POST /healthcheck/fail >/dev/null
ask POST '/drain_listeners?graceful&skip_exit' >/dev/null
while [ "$SECONDS" -lt {{ .Values.gateway.drain.maxSeconds }} ]; do
  sleep 1
  [ "$SECONDS" -lt {{ .Values.gateway.drain.minSeconds }} ] || [ "$(busy)" -gt 0 ] || break
done
