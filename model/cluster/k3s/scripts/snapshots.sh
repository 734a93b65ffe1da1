#!/usr/bin/env bash
# Prints the snapshots of the datastore, as K3s itself lists them: a header, then name, location, size, time. While K3s is
# down, those on the machine.
FOLDER=/var/lib/rancher/k3s/server/db/snapshots

main() {
  if systemctl is-active --quiet k3s; then
    # Its messages go to stderr.
    exec k3s etcd-snapshot ls
  fi
  say "K3s is down: these are on the machine, a bucket may have more" >&2
  say "Name Location Size Created"
  if [ -d "$FOLDER" ]; then
    find "$FOLDER" -maxdepth 1 -type f -printf '%f file://%p %s %TY-%Tm-%TdT%TH:%TM:%.2TSZ\n' | sort
  fi
}

main "$@"
