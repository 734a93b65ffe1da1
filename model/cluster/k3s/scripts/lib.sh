#!/usr/bin/env bash
# What every step uses. It comes first in a step's input; parameters are in the environment, stdin is empty.
# CHECK=1: nothing is changed; what would be is said as "differs: …".
set -euo pipefail
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

STATE=/var/lib/mybinder
RESTART_MARK=$STATE/k3s-restart
RESTORE_MARK=$STATE/k3s-restoring
changes=0

checking() { [ "${CHECK:-}" = 1 ]; }

say() { printf '%s\n' "$*"; }

refuse() {
  printf 'REFUSED: %s\n' "$*" >&2
  exit 3
}

changed() {
  changes=$((changes + 1))
  if checking; then say "differs: $*"; else say "changed: $*"; fi
}

finish() {
  if [ "$changes" = 0 ]; then say "no change"; fi
}

# One step at a time: after a lost connection the earlier one may still be running. `lock restore`: also between the two
# ends of a restore.
lock() {
  # Not in /run/lock, where every user may put a link that root would follow.
  exec 9>/run/mybinder.lock
  flock -w 900 9 || refuse "another step has been running on this machine for 15 minutes; look for it with: fuser -v /run/mybinder.lock"
  if ! checking && [ "${1:-}" != restore ] && [ -e "$RESTORE_MARK" ]; then
    refuse "a restore of $(cut -d' ' -f1 "$RESTORE_MARK") is not finished; finish it: npx mybinder machine restore"
  fi
}

# put_file PATH MODE TEXT: the file has that text, that mode and root as owner. It is replaced in one move, so that a
# reboot leaves the old or the new one. Temporary names end in .mybinder, which no reader of these folders takes.
put_file() {
  local path=$1 mode=$2 text=$3
  if [ -f "$path" ] && [ ! -L "$path" ] &&
    [ "$(cat -- "$path" && printf x)" = "$text"$'\nx' ] &&
    [ "$(stat -c '%a %u:%g' -- "$path")" = "$mode 0:0" ]; then
    return 0
  fi
  changed "$path"
  if checking; then return 0; fi
  mkdir -p -- "$(dirname -- "$path")"
  rm -rf -- "$path.mybinder"
  # Readable by root alone from its first byte on: a killed run may leave it behind.
  (umask 077 && printf '%s\n' "$text" >"$path.mybinder")
  chmod -- "$mode" "$path.mybinder"
  chown root:root -- "$path.mybinder"
  sync -- "$path.mybinder"
  mv -fT -- "$path.mybinder" "$path"
}

# The same for a file that K3s reads only when it starts. The mark is set first: whatever ends this run, the next one
# restarts K3s.
put_k3s_file() {
  local before=$changes
  if ! checking; then
    mkdir -p "$STATE"
    local marked=0
    if [ -e "$RESTART_MARK" ]; then marked=1; fi
    : >"$RESTART_MARK"
  fi
  put_file "$@"
  if ! checking && [ "$changes" = "$before" ] && [ "$marked" = 0 ]; then rm -f "$RESTART_MARK"; fi
}

# A restart of K3s leaves running containers alone.
restart_k3s_if_marked() {
  if checking || [ ! -e "$RESTART_MARK" ]; then return 0; fi
  if [ -e /etc/systemd/system/k3s.service ]; then
    say "restarting K3s"
    systemctl daemon-reload
    systemctl restart k3s
    wait_ready ""
  fi
  rm -f "$RESTART_MARK"
}

node_name() { hostname | tr '[:upper:]' '[:lower:]'; }

# wait_ready [VERSION]: until the node is Ready and, when named, its kubelet has that version.
wait_ready() {
  local wanted=${1:-} tries=0 state=
  until state=$(k3s kubectl get node "$(node_name)" \
    --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.status.nodeInfo.kubeletVersion}' 2>&1) &&
    [ "${state%% *}" = True ] && { [ -z "$wanted" ] || [ "${state##* }" = "$wanted" ]; }; do
    tries=$((tries + 1))
    if [ "$tries" -ge "${READY_TRIES:-150}" ]; then
      refuse "node $(node_name) is not ready${wanted:+ at $wanted} after 5 minutes (last answer: $state); see: journalctl -u k3s -n 100"
    fi
    sleep 2
  done
}
