#!/usr/bin/env bash
# What the node is for. LABEL: its label, PURPOSE: its value.
main() {
  lock
  local node now
  node=$(node_name)
  now=$(k3s kubectl get node "$node" --output "jsonpath={.metadata.labels.${LABEL//./\\.}}")
  if [ "$now" != "$PURPOSE" ]; then
    changed "label $LABEL of $node is '$now', wanted $PURPOSE"
    if ! checking; then k3s kubectl label node "$node" --overwrite "$LABEL=$PURPOSE"; fi
  fi
  finish
}

main "$@"
