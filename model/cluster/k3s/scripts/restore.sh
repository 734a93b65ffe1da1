#!/usr/bin/env bash
# Puts the datastore back to a snapshot. SNAPSHOT: its name. Run again after an interruption it continues: until the end
# K3s is disabled, so that a reboot does not start it on half a datastore, and every other step refuses.
FOLDER=/var/lib/rancher/k3s/server/db/snapshots
RESET_FLAG=/var/lib/rancher/k3s/server/db/reset-flag
LOG=$STATE/k3s-restore.log

main() {
  lock restore
  [[ $SNAPSHOT =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || refuse "$SNAPSHOT is not the name of a snapshot"
  [ -x /usr/local/bin/k3s ] || refuse "there is no K3s on this machine; make it first: pulumi up"
  mkdir -p "$STATE"
  if [ "$(cat "$RESTORE_MARK" 2>/dev/null || true)" != "$SNAPSHOT reset" ]; then
    find_snapshot
    save_present
    printf '%s stopped\n' "$SNAPSHOT" >"$RESTORE_MARK"
    systemctl disable --quiet k3s
    systemctl stop k3s
    reset
    printf '%s reset\n' "$SNAPSHOT" >"$RESTORE_MARK"
  fi
  systemctl enable --quiet k3s
  systemctl restart k3s
  wait_ready ""
  rm -f -- "$RESTORE_MARK" "$RESTART_MARK"
  say "restored: $SNAPSHOT"
}

# Sets $where to what K3s needs to find it: a path, or a name in the bucket of its configuration.
find_snapshot() {
  if [ -f "$FOLDER/$SNAPSHOT" ]; then
    where=("--cluster-reset-restore-path=$FOLDER/$SNAPSHOT" --etcd-s3=false)
  elif grep -q '^etcd-s3: true$' /etc/rancher/k3s/config.yaml; then
    where=("--cluster-reset-restore-path=$SNAPSHOT")
    if systemctl is-active --quiet k3s && ! k3s etcd-snapshot ls | awk '{ print $1 }' | grep -Fxq -- "$SNAPSHOT"; then
      refuse "there is no snapshot $SNAPSHOT, neither on this machine nor in the bucket; nothing was changed"
    fi
  else
    refuse "there is no snapshot $SNAPSHOT on this machine, and it has no bucket of snapshots; nothing was changed"
  fi
}

# A restore of the wrong snapshot can be taken back. What is broken already cannot be saved.
save_present() {
  if ! systemctl is-active --quiet k3s; then return 0; fi
  if k3s etcd-snapshot save --name before-restore >"$LOG" 2>&1 </dev/null; then
    say "saved the present state as a snapshot before-restore-…"
  else
    say "the present state could not be saved; going on"
  fi
}

# K3s moves the present datastore to db/etcd-old-…, restores and ends. Its flag against a second reset is in the way of
# one that was cut off.
reset() {
  rm -f -- "$RESET_FLAG"
  # To a file: a lost connection must not end it with a closed pipe.
  if ! k3s server --cluster-reset "${where[@]}" >"$LOG" 2>&1 </dev/null; then
    tail -n 5 "$LOG" >&2
    refuse "K3s did not restore $SNAPSHOT and is stopped; try again or another snapshot, the whole log is $LOG"
  fi
}

main "$@"
