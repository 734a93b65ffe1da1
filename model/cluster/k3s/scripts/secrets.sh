#!/usr/bin/env bash
# Settings of K3s that are secret. KEYS: their names, or empty: there are none; SECRETS: the file; TOKEN: what it says of
# the token. Without SECRETS, as an operator's own check has it, names and mode are compared and nothing is written.
SECRETS_FILE=/etc/rancher/k3s/config.yaml.d/50-secrets.yaml
TOKEN_FILE=/var/lib/rancher/k3s/server/token

main() {
  lock
  if [ -z "$KEYS" ]; then
    remove
  elif [ -n "${SECRETS:-}" ]; then
    same_token
    put_k3s_file "$SECRETS_FILE" 600 "$SECRETS"
  elif [ "$(found_keys)" != "$KEYS" ] || [ "$(stat -c '%a %u:%g' -- "$SECRETS_FILE")" != "600 0:0" ]; then
    say "differs: $SECRETS_FILE, which only pulumi up can write"
    return 0
  fi
  restart_k3s_if_marked
  finish
}

remove() {
  if [ ! -e "$SECRETS_FILE" ] && [ ! -L "$SECRETS_FILE" ]; then return 0; fi
  changed "$SECRETS_FILE"
  if checking; then return 0; fi
  mkdir -p "$STATE"
  : >"$RESTART_MARK"
  rm -f -- "$SECRETS_FILE"
}

found_keys() {
  if [ -f "$SECRETS_FILE" ]; then sed -n 's/^\([a-z0-9-]*\):.*/\1/p' "$SECRETS_FILE" | sort | paste -sd ' '; fi
}

# K3s does not start with another token than that of its datastore. What it wrote itself has a checksum in front.
same_token() {
  local present
  if [ ! -r "$TOKEN_FILE" ]; then return 0; fi
  present=$(cat -- "$TOKEN_FILE")
  if [ "${present##*::server:}" != "${TOKEN##*::server:}" ]; then
    refuse "the cluster on this machine has another token than the secret k3sToken; set that of $TOKEN_FILE"
  fi
}

main "$@"
