#!/usr/bin/env bash
# The clock is kept by systemd-timesyncd, unless another daemon keeps it already.
main() {
  lock
  local other
  for other in chrony chronyd ntp ntpsec openntpd; do
    if systemctl is-active --quiet "$other"; then
      say "the clock is kept by $other"
      finish
      return 0
    fi
  done
  if ! systemctl cat systemd-timesyncd.service >/dev/null 2>&1; then
    changed "package systemd-timesyncd"
    if checking; then return 0; fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends systemd-timesyncd
  fi
  if ! systemctl is-enabled --quiet systemd-timesyncd || ! systemctl is-active --quiet systemd-timesyncd; then
    changed "service systemd-timesyncd"
    if ! checking; then systemctl enable --now systemd-timesyncd; fi
  fi
  finish
}

main "$@"
