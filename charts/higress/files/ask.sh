# Asks the admin interface of the Envoy in this pod, for the scripts beside it.
ask() { # METHOD PATH
  exec 3<>/dev/tcp/127.0.0.1/15000 || return 1
  printf '%s %s HTTP/1.1\r\nhost: admin\r\ncontent-length: 0\r\nconnection: close\r\n\r\n' "$1" "$2" >&3
  cat <&3
  exec 3>&-
}
