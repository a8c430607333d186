# Startup probe of a gateway: it takes no traffic before it has its routes, knows a plugin server and has loaded its Wasm modules, so that no request is lost
# where another gateway served it. It does not wait for ever: most routes need none of them.
. "${BASH_SOURCE[0]%/*}/ask.sh"
limit=${1:-60}
info=$(ask GET /server_info)
[[ $info =~ \"uptime_current_epoch\":\ \"([0-9]+)s\" ]] && [ "${BASH_REMATCH[1]}" -ge "$limit" ] && exit
[[ $info =~ \"state\":\ \"LIVE\" ]] || exit 1
servers=0 wanted=0 loaded=0
while IFS= read -r line; do
  line=${line%$'\r'}
  case $line in
    cluster.higress.plugin-server.membership_total:*) servers=${line##* } ;;
    *remote_load_cache_misses:*) wanted=$((wanted + ${line##* })) ;;
    *remote_load_fetch_successes:*) loaded=$((loaded + ${line##* })) ;;
  esac
done < <(ask GET '/stats?filter=higress.plugin-server.membership_total|remote_load_(cache_misses|fetch_successes)')
[ "$servers" -gt 0 ] && [ "$loaded" -ge "$wanted" ]
