#!/usr/bin/env bash
# Kernel settings, now and after a reboot. SYSCTL: lines of "key = value".
main() {
  lock
  put_file /etc/sysctl.d/90-mybinder.conf 644 "$SYSCTL"
  local key equals value now
  while read -r key equals value; do
    now=$(sysctl -n "$key") || refuse "this kernel has no $key"
    if [ "$equals" != "=" ] || [ "$now" = "$value" ]; then continue; fi
    changed "$key is $now, wanted $value"
    if ! checking; then sysctl -q -w "$key=$value"; fi
  done <<<"$SYSCTL"
  finish
}

main "$@"
