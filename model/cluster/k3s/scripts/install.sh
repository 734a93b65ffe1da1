#!/usr/bin/env bash
# K3s of one release, as a service. K3S_VERSION: the release, K3S_SHA256: of its binary or empty, UPGRADES: "now", or
# "window": another than the installed one is left to the upgrade controller, DRAIN_SECONDS: for the user pods to go before
# an upgrade, UNIT: the service.
BINARY=/usr/local/bin/k3s
RELEASES=https://github.com/k3s-io/k3s/releases/download
CORDON_MARK=$STATE/k3s-cordoned

main() {
  lock
  local current
  current=$(installed_version)
  if [ -n "$current" ]; then check_path "$current"; fi
  if [ -n "$current" ] && [ "$current" != "$K3S_VERSION" ] && [ "$UPGRADES" = window ]; then
    say "K3s $current stays until the window; the upgrade controller then installs $K3S_VERSION"
    K3S_VERSION=$current K3S_SHA256=
  fi
  if [ "$current" != "$K3S_VERSION" ] || ! { is_as_recorded || is_as_published; }; then
    changed "K3s ${current:-none} to $K3S_VERSION"
    if ! checking; then replace_binary "$current"; fi
  fi
  put_k3s_file /etc/systemd/system/k3s.service 644 "$UNIT"
  if checking; then
    finish
    return 0
  fi
  if ! systemctl is-enabled --quiet k3s; then
    changed "service k3s"
    systemctl daemon-reload
    systemctl enable --quiet k3s
  fi
  if ! systemctl is-active --quiet k3s; then : >"$RESTART_MARK"; fi
  restart_k3s_if_marked
  wait_ready "$K3S_VERSION"
  uncordon
  finish
}

installed_version() {
  if [ -x "$BINARY" ]; then "$BINARY" --version 2>/dev/null | awk 'NR == 1 { print $3 }' || true; fi
}

is_as_recorded() {
  [ -r "$STATE/k3s.sha256" ] && sha256sum --check --status "$STATE/k3s.sha256"
}

# The upgrade controller brings the binary of the same release, but records nothing here.
is_as_published() {
  local expected actual
  expected=$(expected_sum 2>/dev/null) || return 1
  actual=$(sha256sum "$BINARY" | cut -d' ' -f1)
  [ "$actual" = "$expected" ] || return 1
  if ! checking; then record "$BINARY"; fi
}

record() { sha256sum "$1" | awk -v to="$BINARY" '{ print $1 "  " to }' >"$STATE/k3s.sha256"; }

# Kubernetes goes forward only, and one minor version at a time.
check_path() {
  local from=$1 from_minor to_minor
  if [ "$from" = "$K3S_VERSION" ]; then return 0; fi
  if [ "$(printf '%s\n%s\n' "$from" "$K3S_VERSION" | sort -V | tail -n 1)" = "$from" ]; then
    refuse "K3s $from is installed and does not go back to $K3S_VERSION; pin $from or later in cluster.release.version"
  fi
  from_minor=$(cut -d. -f2 <<<"$from")
  to_minor=$(cut -d. -f2 <<<"$K3S_VERSION")
  if [ "$((to_minor - from_minor))" -gt 1 ]; then
    refuse "K3s $from is installed; upgrade to v1.$((from_minor + 1)) first, one minor version at a time"
  fi
}

replace_binary() {
  local current=$1 new=$STATE/k3s.new
  mkdir -p "$STATE"
  download "$new"
  if [ -n "$current" ] && [ "$current" != "$K3S_VERSION" ] && systemctl is-active --quiet k3s; then drain; fi
  : >"$RESTART_MARK"
  record "$new"
  mv -fT -- "$new" "$BINARY"
}

download() {
  local to=$1 expected actual
  expected=$(expected_sum)
  fetch "$(release_url)/$(file_name)" "$to"
  actual=$(sha256sum "$to" | cut -d' ' -f1)
  if [ "$actual" != "$expected" ]; then
    rm -f -- "$to"
    refuse "the downloaded K3s $K3S_VERSION has checksum $actual, not $expected; nothing was installed"
  fi
  chmod 755 "$to"
}

release_url() { printf '%s\n' "$RELEASES/${K3S_VERSION/+/%2B}"; }

file_name() {
  case $(uname -m) in
    x86_64) printf 'k3s\n' ;;
    aarch64) printf 'k3s-arm64\n' ;;
    *) refuse "K3s is published for x86_64 and aarch64, this machine is $(uname -m)" ;;
  esac
}

# Prints the checksum of the release's binary: as given, else from the release's own list, which is kept.
expected_sum() {
  local file sums=$STATE/sums-$K3S_VERSION new expected
  file=$(file_name)
  if [ -z "$K3S_SHA256" ] && [ ! -s "$sums" ]; then
    if checking; then new=$(mktemp); else mkdir -p "$STATE" && new=$sums.new; fi
    case $file in *-arm64) fetch "$(release_url)/sha256sum-arm64.txt" "$new" ;; *) fetch "$(release_url)/sha256sum-amd64.txt" "$new" ;; esac
    if checking; then sums=$new; else mv -fT -- "$new" "$sums"; fi
  fi
  expected=${K3S_SHA256:-$(awk -v file="$file" '$2 == file { print $1 }' "$sums")}
  if checking && [ -n "${new:-}" ]; then rm -f -- "$new"; fi
  [[ $expected =~ ^[0-9a-f]{64}$ ]] || refuse "the checksum file of $K3S_VERSION has no line for $file"
  printf '%s\n' "$expected"
}

fetch() {
  curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 --retry 5 --max-time 900 --output "$2" "$1" ||
    refuse "this machine cannot fetch $1"
}

# The kubelet of another version may restart containers, so launches are kept away and user pods go first. System pods
# stay: on one machine they have nowhere to go. An operator's own cordon is not undone.
drain() {
  local node
  node=$(node_name)
  if [ "$(k3s kubectl get node "$node" --output 'jsonpath={.spec.unschedulable}')" != true ]; then
    : >"$CORDON_MARK"
    k3s kubectl cordon "$node"
  fi
  if ! k3s kubectl drain "$node" --pod-selector 'component in (singleuser-server, binderhub-build)' \
    --force --ignore-daemonsets --delete-emptydir-data --timeout "${DRAIN_SECONDS}s"; then
    uncordon
    refuse "user pods of $node did not go within $DRAIN_SECONDS s; K3s was not touched"
  fi
}

uncordon() {
  if [ ! -e "$CORDON_MARK" ]; then return 0; fi
  k3s kubectl uncordon "$(node_name)"
  rm -f "$CORDON_MARK"
}

main "$@"
