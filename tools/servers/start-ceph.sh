#!/usr/bin/env bash
# Starts the Ceph that install-ceph.sh has brought, on a free or the given port, until standard input ends.
#
# usage: start-ceph.sh S3PORT MONPORT
# Prints the version, then `ready`. Needs root, for namespaces of processes and mounts: nothing outlives it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if ! found=$("$here/install-ceph.sh" --check); then
  echo "there is no Ceph here; this brings it: $here/install-ceph.sh" >&2
  exit 3
fi
# `chroot PATH`, or `system`
root=${found#chroot }
if [ "$found" = system ]; then root=; fi

mkdir -p "$root/run/stowage"
folder=$(mktemp -d "$root/run/stowage/ceph.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cp "$here/run-ceph.sh" "$folder"

# /proc is mounted in the namespace only, so that the folder can be removed at any time.
unshare --mount --pid --fork --kill-child bash -c '
  mount -t proc proc "$1/proc"
  chroot "$1/" radosgw --version
  exec chroot "$1/" bash "$2/run-ceph.sh" "$2" "$3" "$4"
' - "$root" "${folder#"$root"}" "$1" "$2"
