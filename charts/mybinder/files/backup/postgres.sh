#!/bin/sh
# Copies a PostgreSQL database, or puts a copy in its place, all of it or nothing. PGHOST, PGUSER, PGPASSWORD and PGDATABASE say which.
#   postgres.sh dump FILE
#   postgres.sh put FILE
set -eu
case ${1:-} in
  dump)
    pg_dump --format custom --file "$2"
    pg_restore --list "$2" >/dev/null
    echo "copied database $PGDATABASE: $(wc -c <"$2") bytes, whole"
    ;;
  put)
    used=$(psql --no-align --tuples-only --command \
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    if [ "$used" != 0 ]; then
      echo "failed: $used connections use database $PGDATABASE: scale its programs to 0 first" >&2
      exit 1
    fi
    pg_restore --dbname "$PGDATABASE" --clean --if-exists --no-owner --single-transaction --exit-on-error "$2"
    echo "restored database $PGDATABASE"
    ;;
  *)
    sed -n '3,4p' "$0" >&2
    exit 2
    ;;
esac
