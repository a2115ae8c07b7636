#!/usr/bin/env bash
# One monitor, one OSD that keeps objects in memory, and one object gateway (S3), on loopback. Runs as PID 1 of a namespace of its own: all
# that it starts ends with it. Ends when its standard input does.
#
# usage: run-ceph.sh DIR S3PORT MONPORT     DIR: new, for logs and small files
# Prints `ready` once S3 answers. Users: `stowage` (key and secret of the same name), and `nobody`, who may use no bucket of others.
set -euo pipefail

readonly dir=$1 port=$2 monport=$3
mkdir -p "$dir"/{mon,osd,rgw,run,log}
export CEPH_CONF=$dir/ceph.conf

configure() {
  cat >"$CEPH_CONF" <<CONF
[global]
fsid = $fsid
mon_host = v2:127.0.0.1:$monport
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
# Without it the gateway asks for cephx all the same.
ms_mon_client_mode = crc
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 2000
mon_data_avail_crit = 1
mon_data_avail_warn = 1
mon_osd_min_up_ratio = 0
# A start takes 3 s instead of 13.
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
osd_objectstore = memstore
memstore_device_bytes = 6442450944
osd_memory_target = 939524096
osd_data = $dir/osd
mon_data = $dir/mon
keyring = $dir/keyring
run_dir = $dir/run
pid_file = $dir/run/\$name.pid
admin_socket = $dir/run/\$name.asok
log_file = $dir/log/\$name.log
[client.rgw]
rgw_data = $dir/rgw
rgw_frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw_enable_usage_log = false
rgw_run_sync_thread = false
# A removed object's bytes are freed soon: a test run writes more than fits in memory.
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
CONF
}

make_keys() {
  ceph-authtool --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool "$dir/keyring" --gen-key -n client.rgw --cap mon 'allow *' --cap osd 'allow *'
  cp "$dir/keyring" "$dir/rgw/keyring"
  monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$monport]" "$dir/monmap"
}

start_monitor() {
  ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
  ceph-mon -i a
}

start_osd() {
  local uuid
  uuid=$(cat /proc/sys/kernel/random/uuid)
  timeout 60 ceph osd new "$uuid" 0
  ceph-osd -i 0 --mkfs --osd-uuid "$uuid"
  ceph-osd -i 0
}

answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

start_gateway() {
  radosgw -n client.rgw
  local i
  for ((i = 0; i < 1200; i++)); do
    if answers; then return; fi
    sleep 0.1
  done
  echo 'the gateway does not listen' >&2
  return 1
}

make_users() {
  radosgw-admin user create --uid=stowage --display-name=stowage --access-key=stowage --secret-key=stowage
  radosgw-admin user create --uid=nobody --display-name=nobody --access-key=nobody --secret-key=nobody
}

fsid=$(cat /proc/sys/kernel/random/uuid)
configure
{
  make_keys
  start_monitor
  start_osd
  start_gateway
  make_users
} >>"$dir/log/start.log" 2>&1 </dev/null
echo ready
# Whoever started this holds the other end.
cat >/dev/null
