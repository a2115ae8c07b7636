#!/usr/bin/env bash
# Starts a PostgreSQL on the given port of the loopback interface, until standard input ends.
#
# usage: start-postgres.sh FOLDER_OF_PROGRAMS PORT [FOLDER]
# Prints the version, then `ready`. Without FOLDER the cluster is empty, is gone afterwards, and so waits for no disk. With it the cluster
# lies there, is made where there is none, and has the settings that PostgreSQL comes with.
set -euo pipefail

programs=$1
port=$2
kept=${3:-}
# postgres refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid nobody --regid nogroup --clear-groups); fi

folder=${kept:-$(mktemp -d "${TMPDIR:-/tmp}/stowage-postgres.XXXXXX")}
mkdir -p "$folder"
server=
end() {
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null || true
    wait "$server" || true
  fi
  if [ -z "$kept" ]; then rm -rf "$folder"; fi
}
trap end EXIT
if [ "$(id -u)" = 0 ]; then chown nobody "$folder"; fi
cd "$folder"

settings=(-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c log_min_messages=fatal)
if [ -z "$kept" ]; then
  settings+=(-c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB)
fi

if [ ! -e "$folder/data/PG_VERSION" ]; then
  "${as[@]}" "$programs/initdb" -D "$folder/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    exit 1
  }
fi
"${as[@]}" "$programs/postgres" --version
"${as[@]}" "$programs/postgres" -D "$folder/data" -p "$port" "${settings[@]}" </dev/null 1>&2 &
server=$!
# What a server that was killed left there says `ready` too, but of another process.
until [ "$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null)" = "$server" ] && grep -q ready "$folder/data/postmaster.pid"; do
  kill -0 "$server" 2>/dev/null || exit 1
  sleep 0.02
done
echo ready
cat >/dev/null
