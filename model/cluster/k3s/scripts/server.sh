#!/usr/bin/env bash
# The K3s server's configuration. K3S_CONFIG: the file.
main() {
  lock
  put_k3s_file /etc/rancher/k3s/config.yaml 600 "$K3S_CONFIG"
  restart_k3s_if_marked
  finish
}

main "$@"
