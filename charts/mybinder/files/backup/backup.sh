#!/bin/sh
# Keeps copies in a bucket, encrypted: a restic repository for each volume, RESTIC_REPOSITORY/NAME. Volumes share none, because their
# first runs begin in the same minute, and two that create one repository make it unreadable for ever. Each command ends with one
# line that says what happened.
#   backup.sh save NAME FILE     a new backup of FILE, and removes those that are not to be kept
#   backup.sh fetch NAME FILE    the backup SNAPSHOT, or the newest, as FILE
#   backup.sh list               the backups of this stack; with AS_JSON in the environment, for npx mybinder backups list
#   backup.sh check              reads all backups
# The environment has RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, STACK, KEEP; and VOLUMES,
# the names of all, for list and check.
set -eu
folder=$RESTIC_REPOSITORY
of() { export RESTIC_REPOSITORY="$folder/$1"; }

# Runs restic; where it fails, one message in the words of an operator. A lock that a killed run left is stale after 30 minutes: by
# the time that the first try gives up, it can be removed.
restic_() {
  for try in 1 2; do
    code=0
    restic --quiet --no-cache --retry-lock "${LOCK_PATIENCE:-35m}" "$@" 2>"$errors" || code=$?
    if [ "$code" = 11 ] && [ "$try" = 1 ]; then restic --quiet --no-cache unlock 2>/dev/null || true; else break; fi
  done
  [ "$code" = 0 ] || fail "$code"
}

# What restic said last of the server before it was ended.
unanswered() {
  sed -n 's/^.* returned error, retrying after [^:]*: /: /p' "$errors" | tail -n 1 | cut -c 1-300
}

fail() {
  last=$(grep -h -e '^Fatal: ' "$errors" | tail -n 1 | cut -c 1-300)
  [ -n "$last" ] || last=$(grep -v '^$' "$errors" | tail -n 1 | cut -c 1-300)
  case $1 in
    10) what="the bucket has no backups: ${RESTIC_REPOSITORY}" ;;
    11) what="another run holds the lock: look at the Jobs backup-*" ;;
    12) what="the password (secret backupPassword) is not the one of the backups in ${RESTIC_REPOSITORY}" ;;
    124 | 143) what="no answer from ${RESTIC_REPOSITORY} in ${PATIENCE:-60} s$(unanswered)" ;;
    *)
      what="restic ended with $1: $last"
      case $last in *"ciphertext verification failed"*) what="nobody can read the backups in ${RESTIC_REPOSITORY}: $last" ;; esac
      ;;
  esac
  echo "failed: $what" >&2
  exit 1
}

# Whether there is a repository, and ours; what where there is none: fails, or may-create, or may-be-none (1). Restic by itself tries
# for a quarter of an hour to reach a server.
begin() {
  errors=$(mktemp)
  code=0
  timeout "${PATIENCE:-60}" restic --quiet --no-cache --no-lock cat config >/dev/null 2>"$errors" || code=$?
  case $code in
    0) ;;
    10)
      [ "${1:-}" != may-be-none ] || return 1
      [ "${1:-}" = may-create ] || fail 10
      restic_ init
      # a run by hand may have begun together with one by schedule: each sees the key of the other by now
      sleep "${SETTLE:-5}"
      keys=$(restic --quiet --no-cache --no-lock list keys 2>/dev/null | wc -l)
      if [ "$keys" != 1 ]; then
        echo "failed: two first runs made ${RESTIC_REPOSITORY} at once, and nobody can read it: delete it, and run one again" >&2
        exit 1
      fi
      echo "created a repository in ${RESTIC_REPOSITORY}"
      ;;
    *) fail "$code" ;;
  esac
}

case ${1:-} in
  save)
    of "$2"
    begin may-create
    restic_ backup --host "$STACK" --tag "$2" --stdin-from-command --stdin-filename "$2" -- cat "$3"
    # shellcheck disable=SC2086
    restic_ forget --host "$STACK" --tag "$2" --group-by host,tags $KEEP --prune
    echo "saved $2 of $STACK: $(wc -c <"$3") bytes, in ${RESTIC_REPOSITORY}"
    ;;
  fetch)
    of "$2"
    begin
    if [ -z "${SNAPSHOT:-}" ]; then
      restic_ dump --host "$STACK" --tag "$2" latest "/$2" >"$3"
    else
      restic_ dump "$SNAPSHOT" "/$2" >"$3"
    fi
    echo "fetched $2 of $STACK, backup ${SNAPSHOT:-latest}: $(wc -c <"$3") bytes"
    ;;
  list)
    found=""
    for name in $VOLUMES; do
      of "$name"
      begin may-be-none || continue
      found=yes
      if [ -n "${AS_JSON:-}" ]; then
        restic --no-cache snapshots --host "$STACK" --json
      else
        restic --no-cache snapshots --host "$STACK" --group-by tags
      fi
    done
    RESTIC_REPOSITORY=$folder
    [ -n "$found" ] || fail 10
    ;;
  check)
    bad=""
    for name in $VOLUMES; do
      of "$name"
      if (begin && restic_ check --read-data); then echo "checked ${RESTIC_REPOSITORY}: every backup can be read"; else bad="$bad $name"; fi
    done
    [ -z "$bad" ] || exit 1
    ;;
  *)
    sed -n '2,11p' "$0" >&2
    exit 2
    ;;
esac
