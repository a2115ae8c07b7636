#!/usr/bin/env bash
# Brings Ceph's object gateway, an S3 server, for the tests: Ceph 20 from Debian forky into a folder of its own (chroot), or where that can't be had, this system's own.
#
# usage: install-ceph.sh [--check]     --check: changes nothing; prints where it is, or fails
# Needs root and Debian's mmdebstrap (installed where it is missing). Downloads about 250 MB once.
# STOWAGE_SERVERS names the folder that keeps it, default ~/.cache/stowage/servers. Prints `chroot PATH` or `system`.
set -euo pipefail

readonly suite=${STOWAGE_CEPH_SUITE:-forky}
readonly servers=${STOWAGE_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/stowage/servers}
readonly root=$servers/ceph-$suite

found() {
  if [ -e "$root/.complete" ]; then
    echo "chroot $root"
  elif command -v radosgw >/dev/null && command -v ceph-mon >/dev/null && command -v ceph-osd >/dev/null; then
    echo system
  else
    return 1
  fi
}

log() {
  echo "install-ceph: $*" >&2
}

# Debian's mirror, as this system is set up to reach it.
mirror() {
  { sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources
    sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+).*/\2/p' /etc/apt/sources.list; } 2>/dev/null | grep -m 1 -v security
}

install_packages() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Packages are unpacked, not configured: the daemons need no more.
install_in_chroot() {
  local fresh
  command -v mmdebstrap >/dev/null || install_packages mmdebstrap || return
  mkdir -p "$servers"
  fresh=$(mktemp -d "$servers/.ceph-$suite.XXXXXX")
  if mmdebstrap --quiet --variant=extract \
    --include=radosgw,ceph-mon,ceph-osd,bash,coreutils,grep,python3-minimal \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    "$suite" "$fresh" "$(mirror)" >&2 && chroot "$fresh" radosgw --version >&2; then
    touch "$fresh/.complete"
    mv -T "$fresh" "$root" && return
  fi
  rm -rf --one-file-system "$fresh"
  return 1
}

install() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    log 'it takes root on a Debian system'
    return 1
  fi
  apt-get update -qq >&2 || log 'apt-get update failed; trying with the lists that are there'
  install_in_chroot && return
  log "no Ceph from $suite; trying this system's own"
  install_packages radosgw ceph-mon ceph-osd
}

if found; then exit; fi
if [ "${1:-}" = --check ]; then exit 1; fi
mkdir -p "$servers"
exec 9>"$servers/.lock"
flock 9
found || { install && found; }
