#!/usr/bin/env bash
# The kubelet's configuration, beside K3s' own. KUBELET_CONFIG: the file.
main() {
  lock
  put_k3s_file /var/lib/rancher/k3s/agent/etc/kubelet.conf.d/99-kubelet.conf 600 "$KUBELET_CONFIG"
  restart_k3s_if_marked
  finish
}

main "$@"
