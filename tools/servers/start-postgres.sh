#!/usr/bin/env bash
# Starts a PostgreSQL with an empty cluster on the given port of the loopback interface, until standard input ends.
#
# usage: start-postgres.sh FOLDER_OF_PROGRAMS PORT
# Prints the version, then `ready`. Nothing that it writes needs to survive a crash, so nothing waits for the disk.
set -euo pipefail

programs=$1
port=$2
# postgres refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid nobody --regid nogroup --clear-groups); fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/stowage-postgres.XXXXXX")
server=
end() {
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null || true
    wait "$server" || true
  fi
  rm -rf "$folder"
}
trap end EXIT
if [ "$(id -u)" = 0 ]; then chown nobody "$folder"; fi
cd "$folder"

"${as[@]}" "$programs/initdb" -D "$folder/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || {
  cat "$folder/initdb.log" >&2
  exit 1
}
"${as[@]}" "$programs/postgres" --version
"${as[@]}" "$programs/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB -c log_min_messages=fatal </dev/null 1>&2 &
server=$!
until grep -q ready "$folder/data/postmaster.pid" 2>/dev/null; do
  kill -0 "$server" 2>/dev/null || exit 1
  sleep 0.02
done
echo ready
cat >/dev/null
